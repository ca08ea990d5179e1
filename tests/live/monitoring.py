#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What watches a gate: a real Prometheus that reads it, the alert rules, the
dashboard's queries, the check for Nagios and Icinga."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request

from programs import BIN, free_port
from running_gate import SOURCE, Gate, main, wait_for

SHIPPED = os.path.join(SOURCE, "src/packaging/monitoring")
RULES = os.path.join(SHIPPED, "prometheus/logongate.rules.yml")


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextlib.contextmanager
def gate_over_tcp():
    port = free_port()
    gate = Gate(listen="", settings=f"""
[listen.http]
address = "unix:http.sock, 127.0.0.1:{port}"
without_policy = refuse
key_file = "{{folder}}/key"
""")
    os.chmod(gate.write("key", "s3cret\n"), 0o600)
    with gate:
        gate.start()
        yield gate, port


class Prometheus:
    """Debian's, reading one gate each second."""

    def __init__(self, gate, port):
        with open(os.path.join(SHIPPED, "prometheus/scrape.yml"),
                  encoding="utf-8") as file:
            jobs = file.read().replace("/etc/prometheus/logongate.key",
                                       gate.path("key"))
        assert "127.0.0.1:4191" in jobs, jobs
        jobs = jobs.replace("127.0.0.1:4191", f"127.0.0.1:{port}")
        config = gate.write("prometheus.yml", (
            "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\n"
            f"rule_files:\n  - {RULES}\nscrape_configs:\n"
            + "".join("  " + line + "\n" for line in jobs.splitlines())))
        run("promtool", "check", "config", config)
        self.port = free_port()
        self.log = open(gate.path("prometheus.log"), "wb")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}",
             f"--storage.tsdb.path={gate.path('tsdb')}",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def ask(self, path, **arguments):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?" \
            + urllib.parse.urlencode(arguments)
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def series(self, query):
        try:
            return self.ask("query", query=query)["result"]
        except OSError:
            return []

    def alerts(self):
        return {alert["labels"]["alertname"]
                for alert in self.ask("alerts")["alerts"]}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def rules():
    """the alert rules are rules, and their unit tests hold"""
    run("promtool", "check", "rules", RULES)
    test = os.path.join(SHIPPED, "prometheus/logongate.test.yml")
    assert "SUCCESS" in run("promtool", "test", "rules", test)
    # Each alert has a test.
    with open(RULES, encoding="utf-8") as file:
        alerts = set(re.findall(r"- alert: (\w+)", file.read()))
    with open(test, encoding="utf-8") as file:
        tested = set(re.findall(r"alertname: (\w+)\n *exp_alerts",
                                file.read()))
    assert alerts and alerts == tested, alerts ^ tested


def conventions():
    """/metrics is as promtool wants it, and every family has samples"""
    with gate_over_tcp() as (gate, _):
        gate.lock(gate.profile(listed=["alice"]))
        text = gate.http("GET", "/metrics")[2].decode()
        done = subprocess.run(["promtool", "check", "metrics"], input=text,
                              capture_output=True, text=True, timeout=60,
                              check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        for name in re.findall(r"# TYPE (\S+)", text):
            assert re.search(rf"^{name}(\{{|\s)", text, re.M), name


def dashboard():
    """every query of the dashboard finds a series of a gate under a lock"""
    with open(os.path.join(SHIPPED, "grafana/logongate.json"),
              encoding="utf-8") as file:
        board = json.load(file)
    queries = [target["expr"] for panel in board["panels"]
               for target in panel["targets"]]
    assert len(queries) > 15, queries
    # What an alert is about, too, as far as it is a metric of ours.
    with open(RULES, encoding="utf-8") as file:
        names = set(re.findall(r"\b((?:logongate|process)_\w+)", file.read()))
    with gate_over_tcp() as (gate, port), Prometheus(gate, port) as reader:
        wait_for("a first reading", lambda: reader.series(
            'up{job="logongate"} == 1'))
        gate.lock(gate.profile(listed=["alice"]))
        assert gate.dovecot("bob")["status"] == -1
        wait_for("the lock to be read", lambda: reader.series(
            'logongate_lock_until_timestamp_seconds{profile=~".+"} > time()'))
        for query in queries + sorted(names):
            asked = query.replace("$instance", ".*") \
                .replace("$__rate_interval", "1m")
            assert "$" not in asked, asked
            # A rate needs two readings.
            wait_for(asked, lambda: reader.series(asked))
        query = board["annotations"]["list"][0]["expr"]
        assert reader.series(query.replace("$instance", ".*")), query
        assert reader.alerts() <= {"LogongateLockEndsSoon"}, reader.alerts()
        gate.kill()
        wait_for("the alert", lambda: "LogongateDown" in reader.alerts())


def check(gate, *words):
    """(exit code, line, performance data) of logongate status --check."""
    done = subprocess.run(
        [os.path.join(BIN, "logongate"),
         "--config", gate.config, "status", "--check", *words],
        capture_output=True, text=True, timeout=60, env=gate.env, check=False)
    line, _, data = done.stdout.partition(" | ")
    assert done.stdout.count("\n") == 1, (done.stdout, done.stderr)
    return done.returncode, line.strip(), dict(
        re.findall(r"(\w+)=(\d+)s?;;;0", data))


def nagios():
    """the check says OK, WARNING, CRITICAL, UNKNOWN, as plugins do"""
    with Gate().start() as gate:
        code, line, data = check(gate)
        assert code == 0 and line.startswith("LOGONGATE OK - no lock"), line
        assert data == {"locks": "0", "left": "0", "sessions": "0",
                        "refused": "0", "attention": "0"}, data
        gate.lock(gate.profile(listed=["alice"]), for_s=600)
        gate.dovecot("bob")
        gate.dovecot("bob")
        code, line, data = check(gate)
        # Of this machine's own doors the lock may leave some open.
        assert code in (0, 1) and "locked: profile1 until " in line, line
        assert data["locks"] == "1" and 590 <= int(data["left"]) <= 600, data
        assert data["refused"] == "2", data
        gate.freeze()
        try:
            code, line, _ = check(gate)
            assert code == 2 and "does not answer" in line, line
        finally:
            gate.thaw()
        # A file somebody broke, seen at the next start.
        gate.lift()
        gate.stop()
        code, line, _ = check(gate)
        assert code == 2 and line.startswith(
            "LOGONGATE CRITICAL - the gate does not answer"), line
        with open(gate.stored("registry.reg"), "w", encoding="ascii") as file:
            file.write("nonsense\n")
        gate.start()
        code, line, data = check(gate)
        assert code == 1 and line.startswith("LOGONGATE WARNING - "), line
        assert "registry.reg" in line and int(data["attention"]) >= 1, line
        text = gate.http("GET", "/metrics")[2].decode()
        assert '\nlogongate_attention{what="state"} 1\n' in text, text
        gate.write_config("[gate]\nnonsense = 1\n")
        code, line, _ = check(gate)
        assert code == 3 and line.startswith("LOGONGATE UNKNOWN - "), line


if not all(map(shutil.which, ("prometheus", "promtool"))):
    print("no prometheus")
    sys.exit(77)
main([rules, conventions, dashboard, nagios])
