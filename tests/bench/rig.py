# SPDX-License-Identifier: ISC
"""What the measurements of doors and fronts share: servers that have one core,
the client (gate.c) on another, and two rounds of questions.

First every case is asked for as much as it answers, all cases one after
another, ROUNDS times, and the best rate of each is kept: what else runs on the
machine only takes away. Then each is asked for half of its best rate, evenly
paced, again interleaved, and the round with the lowest p99 is kept. With every
result goes which share of the time the server waited for its core although it
had work (waited) and the client was kept from its own (late): a p99 is the
server's own where both are near 0.

It needs two cores. LG_BENCH_FIRST=1 lets root go before other programs on both
(SCHED_FIFO), for runs below 0.9 seconds: beyond, the kernel takes a core away
for 50 ms in a piece, because others waited too long."""
import collections
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Arguments: PROGRAM LOGONGATED [SECONDS [ROUNDS [ACCOUNTS...]]]
if len(sys.argv) < 3:
    sys.exit(sys.modules["__main__"].__doc__)
PROGRAM, LOGONGATED = sys.argv[1:3]
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 0.5
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 3
ACCOUNTS = [int(number) for number in sys.argv[5:]]

# The fixtures look for it when they are imported.
os.environ["LOGONGATE_BIN_DIR"] = os.path.dirname(os.path.abspath(LOGONGATED))
sys.path.insert(0, os.path.join(HERE, "../live"))
import dovecot_fixture  # noqa: E402
import running_gate  # noqa: E402

# Between two runs the others have their time, see above.
GOES_FIRST = os.environ.get("LG_BENCH_FIRST") == "1"
PAUSE_S = 0.1 if GOES_FIRST else 0

# The client spins; a gate behind a proxy has a core of its own where there is
# a third one.
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]
BEHIND_CORE = CORES[1 if len(CORES) > 2 else 0]

SHAPES = ((1, 1), (32, 1), (8, 16))  # connections, under way on each

Case = collections.namedtuple(
    "Case", "server accounts kind pid target connections depth")


def on_core(core):
    return lambda: os.sched_setaffinity(0, {core})


def users(count):
    return [f"user{i}" for i in range(count)]


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Rig(contextlib.ExitStack):
    """Servers that end with it, in a folder that goes with it."""

    def __init__(self):
        super().__init__()
        dovecot_fixture.require("haproxy", "nginx")
        if GOES_FIRST:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        self.folder = tempfile.mkdtemp(prefix="logongate-bench-")
        os.chmod(self.folder, 0o755)
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def gate(self, accounts, doors, core=SERVER_CORE):
        """A gate whose lock lists that many accounts."""
        listen = "".join(
            f'[listen.{door}]\naddress = "unix:{door}.sock"\nmode = 0666\n'
            "without_policy = refuse\n" for door in doors)
        gate = self.enter_context(running_gate.Gate(listen=listen))
        gate.preexec = on_core(core)
        gate.start()
        gate.apply(running_gate.listing(
            "alice", **{"Logon Only As Users": users(accounts)}))
        os.chmod(gate.run, 0o755)
        return gate

    def start(self, program, arguments, answers, core=SERVER_CORE):
        """A server of somebody else; answers() when it can be asked."""
        process = subprocess.Popen(
            [dovecot_fixture.program(program), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            preexec_fn=on_core(core))
        self.callback(process.wait)
        self.callback(process.terminate)
        dovecot_fixture.wait_for(program, answers)
        return process.pid

    def haproxy(self, text, answers):
        config = write(self.folder, "haproxy.cfg", f"""
global
	nbthread 1
	maxconn 4000
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
{text}""")
        return self.start("haproxy", ["-q", "-f", config], answers)

    def nginx(self, text, answers):
        temporary = "".join(
            f"{name}_temp_path {self.folder};\n" for name in
            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = write(self.folder, "nginx.conf", f"""
daemon off; master_process off; pid {self.folder}/pid;
error_log {self.folder}/error.log;
events {{ worker_connections 4096; }}
http {{
access_log off; keepalive_requests 100000000;
{temporary}{text}
}}
""")
        return self.start("nginx", ["-c", config, "-e",
                                    f"{self.folder}/error.log"], answers)


def scheduled(pid):
    """Seconds on a core, and in wait of one, of all threads."""
    ran = waited = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat",
                  encoding="ascii") as file:
            fields = file.read().split()
        ran, waited = ran + int(fields[0]), waited + int(fields[1])
    return ran / 1e9, waited / 1e9


def ask(case, rate=0):
    """One run of the client against one server."""
    time.sleep(PAUSE_S)
    before = scheduled(case.pid)
    done = subprocess.run(
        [PROGRAM, case.target, case.kind, str(case.connections),
         str(case.depth), str(SECONDS), str(case.accounts), str(rate)],
        capture_output=True, text=True, check=False,
        preexec_fn=on_core(CLIENT_CORE))
    if done.returncode:
        raise SystemExit(f"{case}: {done.stderr}")
    ran, waited = (after - first for after, first in
                   zip(scheduled(case.pid), before))
    result = json.loads(done.stdout)
    if result["answered"] and result["refused"] != (case.kind == "http-refuse"):
        raise SystemExit(f"{case}: not the answers expected: {result}")
    result.update(server=case.server, accounts=case.accounts,
                  paced=rate > 0,
                  cpu_us=round(ran * 1e6 / max(1, result["answered"]), 2),
                  busy=round(ran / SECONDS, 3),
                  waited=round(waited / SECONDS, 3))
    return result


def measure(cases, halves):
    """{case: result} at full and at half rate; prints the JSON lines."""
    full, half = {}, {}
    for _ in range(ROUNDS):
        for case in cases:
            result = ask(case)
            if case not in full or \
                    full[case]["per_second"] < result["per_second"]:
                full[case] = result
    for _ in range(ROUNDS):
        for case in halves:
            result = ask(case, max(1, full[case]["per_second"] / 2))
            if case not in half or half[case]["p99_us"] > result["p99_us"]:
                half[case] = result
    for result in [*full.values(), *half.values()]:
        print(json.dumps(result))
    return full, half


def ratio(one, other):
    return one / other if other else None


class Table:
    """Right-aligned columns on standard error; None is a dash."""

    def __init__(self, *columns):
        self.columns = columns  # (head, width, decimals or None for text)
        self.line(" ".join(f"{head:>{width}}" for head, width, _ in columns))

    @staticmethod
    def line(text):
        print(text, file=sys.stderr)

    def row(self, *values):
        cells = []
        for value, (_, width, decimals) in zip(values, self.columns):
            if value is None:
                value = "-"
            elif decimals is not None:
                value = f"{value:.{decimals}f}"
            cells.append(f"{value:>{width}}")
        self.line(" ".join(cells))


HALF_COLUMNS = (("half: per s", 12, 0), ("p50 us", 7, 1), ("p99 us", 8, 1),
                ("busy %", 6, 0), ("kept off %", 10, 1))


def half_cells(result):
    """What HALF_COLUMNS shows of a paced run."""
    if not result:
        return [None] * len(HALF_COLUMNS)
    return [result["per_second"], result["p50_us"], result["p99_us"],
            100 * result["busy"], 100 * (result["waited"] + result["late"])]
