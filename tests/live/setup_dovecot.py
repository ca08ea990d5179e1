#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""`logongate setup dovecot` with a real Dovecot: what it shows is what it
does, a logon proves it, a second run changes nothing, and --undo gives back
every byte; whatever fails leaves all as it was."""
import contextlib
import fcntl
import imaplib
import json
import os
import re
import signal
import subprocess
import threading

import dovecot_fixture
from programs import BIN, Scene, eventually, free_port, wait_for
from running_gate import Gate, listing, main
from setup_fixture import Init, Setup, facts, tree

dovecot_fixture.require("dovecot", "doveadm", "doveconf")

USERS = {"alice": "a-pw", "bob": "b-pw"}


class Dovecot(dovecot_fixture.Dovecot):
    """As a package brings it: conf.d, and no key for doveadm."""

    def write_config(self):
        super().write_config()
        os.makedirs(self.path("conf.d"), exist_ok=True)
        self.write("conf.d/10-own.conf", "auth_failure_delay = 0\n")
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        text = re.sub(r"doveadm_api_key = .*\n", "", text)
        self.write("dovecot.conf", text + "!include conf.d/*.conf\n")

    def start(self):
        super().start()
        # As init would: who ended is not there any more.
        threading.Thread(target=self.process.wait, daemon=True).start()

    def daemon(self):
        """The process of one that setup started, or None."""
        try:
            with open(self.path("run/master.pid"), encoding="ascii") as file:
                return int(file.read())
        except (OSError, ValueError):
            return None

    def close(self):
        self.close_daemon()
        super().close()

    def close_daemon(self):
        pid = self.daemon()
        if pid and (not self.process or self.process.pid != pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 15)
                wait_for("Dovecot to end", lambda: not alive(pid))


def alive(pid):
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


class Site(Scene):
    """A gate without TCP, and a Dovecot that does not know of it."""

    def begin(self, variant="policy"):
        self.variant = variant
        self.signal = None  # for setup, once it had the gate restarted
        self.port = free_port()
        self.gate = self.enter_context(Gate(
            "; an administrator's own words\n", listen=(
                '[listen.http]\n'
                'address        = "unix:http.sock" ; the web servers\'\n'
                'without_policy = refuse\n'
                '[listen.dict]\naddress = "unix:dict.sock"\n'
                'mode = 0666\nwithout_policy = refuse\n'))).start()
        self.dovecot = self.enter_context(Dovecot(USERS))
        self.init = Init(self.gate.folder, logongated=self.restart_gate)
        self.callback(self.init.close)
        self.setup = Setup(self.gate, self.dovecot.folder, self.init)

    def restart_gate(self):
        self.gate.stop()
        self.gate.start()
        if self.signal:
            self.setup.process.send_signal(self.signal)
            self.signal = None

    def marks(self):
        """What `setup check` says of what was set up."""
        said = self.setup.run("check", "--json", code=None, config_dir=False)
        return [(item["mark"], item["text"].split(":")[0])
                for item in json.loads(said)["check"]
                if item["what"] == "setup"]

    def run(self, *words, code=0):
        return self.setup.run("dovecot", "--listen", f"127.0.0.1:{self.port}",
                              "--variant", self.variant, *words, code=code)

    def files(self):
        files = tree(os.path.join(self.dovecot.folder, "conf.d"))
        for name in os.listdir(self.dovecot.folder):
            if name.startswith("logongate-"):
                files[name] = facts(self.dovecot.path(name))
        files.update(tree(self.gate.path("setup")))
        for path in (self.gate.config, self.gate.path("doveadm.key"),
                     self.dovecot.config):
            if os.path.exists(path):
                files[path] = facts(path)
        return files

    def dropin(self):
        """The drop-in that asks: where it lies, and where it goes."""
        folder = "dovecot/2.4" if dovecot_fixture.IS_24 else "dovecot"
        return [(os.path.join(self.setup.datadir, folder, name),
                 os.path.join(self.dovecot.folder, "conf.d", place))
                for name, place in (
                    ("logongate-auth-policy.conf",
                     "95-logongate-auth-policy.conf"),
                    ("logongate-combined.conf", "95-logongate.conf"),
                    ("logongate-dict.conf", "95-logongate-dict.conf"))
                ][("policy", "combined", "dict").index(self.variant)]

    def doors(self):
        """What `logongate doors` says of each way into this Dovecot."""
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", self.gate.config,
             "doors", "--json", "--dovecot", self.dovecot.config,
             # None of the servers that other tests run meanwhile.
             *(f"--{name}={self.gate.folder}/none"
               for name in ("nginx", "haproxy", "postfix", "pam"))],
            stdout=subprocess.PIPE, env=self.gate.env, check=False,
            timeout=60)
        return [way for way in json.loads(done.stdout)["doors"]
                if way["door"] == "dovecot" and way["way"] != "smtp"]

    def refused(self, user):
        """What an IMAP client reads instead of being let in, or None."""
        client = imaplib.IMAP4("127.0.0.1", self.dovecot.imap_port, 20)
        try:
            client.login(user, USERS[user])
            return None
        except imaplib.IMAP4.error as what:
            return str(what)
        finally:
            client.shutdown()


def policy():
    """policy: shown, made, proved, locked, a second time, undone"""
    whole_way("policy")


def combined():
    """combined: the same, and closed while the gate is dead"""
    whole_way("combined")


def dictionary():
    """dict: the same, without TCP, and the site's own passdbs go on"""
    whole_way("dict")


# What is said of each against the combined door.
LOST = {"policy": "while the gate is dead everybody gets in",
        "dict": "IMAP says NO [CONTACTADMIN]"}


def whole_way(variant):
    with Site(variant) as site:
        before = site.files()
        shown = site.run("--dry-run")
        assert site.files() == before, shown
        tcp = f'+address        = "unix:http.sock, 127.0.0.1:{site.port}" ;' \
            " the web servers'"
        assert (tcp in shown) == (variant != "dict"), shown
        assert "95-logongate-" in shown and "+[dovecot]" in shown, shown
        for of, words in LOST.items():
            assert (words in shown) == (of == variant), shown
        assert ("+  result_success = continue-ok\n" in shown.split(
            "+++ " + site.dovecot.config)[-1]) == (variant == "dict"), shown
        said = site.run()
        assert "proved by a logon" in said, said
        for way in site.doors():
            assert (way["asks"], way["when_gate_is_down"]) == (
                "yes", "open" if variant == "policy" else "temporary-error"
                ), way
        files = site.files()
        key = files[site.gate.path("doveadm.key")]
        assert key[0] & 0o777 == 0o600 and len(key[2]) == 48, key
        assert key[2].decode() not in said + shown
        record = files[site.gate.path("setup/dovecot.json")]
        assert record[0] & 0o777 == 0o600 and key[2] not in record[2]
        assert os.stat(site.gate.path("setup")).st_mode & 0o777 == 0o700
        # It works: who is not listed is told why, who is there is cut.
        session = site.dovecot.imap("bob")
        site.gate.apply(listing("alice", **{
            "Logon Only As Users": ["alice"],
            "Refusal Message": "Later, please"}))
        assert site.refused("alice") is None
        assert "Later, please" in site.refused("bob")
        eventually(lambda: "bob" not in site.dovecot.users_inside())
        session.shutdown()
        assert "A lock is in force" in site.run("--undo", "--dry-run")
        site.gate.ask("lift")
        if variant != "policy":
            site.gate.kill()
            assert "UNAVAILABLE" in site.refused("alice")
            site.gate.start()
        again = site.run()
        assert "nothing was changed" in again, again
        assert site.files() == files
        restarts = len(site.init.asked)
        site.run("--undo", "--dry-run")
        assert site.files() == files and len(site.init.asked) == restarts
        site.run("--undo")
        assert site.files() == before
        assert not os.path.exists(site.gate.path("setup"))
        assert site.refused("bob") is None
        assert "not set up" in site.run("--undo")


def dict_words():
    """dict: passdbs by what the administrator wrote there, in several files"""
    with Site("dict") as site:
        block = dovecot_fixture.passwd_file
        users = site.dovecot.path("users")
        own = site.dovecot.path("conf.d/10-own.conf")
        ends = "result_success = return-ok"
        with open(own, encoding="utf-8") as file:
            text = file.read()
        more = site.dovecot.path("more")

        def write(path, words):
            with open(path, "w", encoding="utf-8") as file:
                file.write(words)

        write(own, text + f"!include_try nothing.ext\n!include {more}\n")
        write(more, block(users, ends, name="more"))
        before = site.files()
        said = site.run(code=5)
        assert more in said and "ends the asking" in said, said
        assert site.files() == before
        write(more, "protocol imap {\n" + block(users, name="more") + "}\n")
        said = site.run(code=5)
        assert more in said and "of one protocol" in said, said
        write(more, block(users, "result_success = continue-ok",
                          "skip = unauthenticated", name="more")
              + block(users, "deny = yes", name="denied")
              + block(users, name="master", master=True)
              # As Debian 13 has it: nothing in it but a name.
              + ("passdb pam {\n}\n" if dovecot_fixture.IS_24 else ""))
        before = facts(more)
        shown = site.run("--dry-run")
        assert shown.count("+  result_success = continue-ok\n") - shown.split(
            "95-logongate-dict.conf")[-1].split("\n--- ")[0].count(
            "+  result_success = continue-ok\n") == (
                3 if dovecot_fixture.IS_24 else 2), shown
        assert facts(more) == before


def refused_by_its_test():
    """what doveconf does not take is put back, and no server was touched"""
    with Site() as site:
        path = os.path.join(site.setup.datadir,
                            "dovecot/logongate-doveadm.conf")
        with open(path, "a", encoding="utf-8") as file:
            file.write("no_such_setting = yes\n")
        before, pid = site.files(), site.dovecot.process.pid
        said = site.run(code=3)
        assert "no_such_setting" in said and "as it was" in said, said
        assert site.files() == before
        assert site.init.asked == [] and alive(pid)
        assert site.dovecot.process.poll() is None
        assert not os.path.exists(site.gate.path("setup/dovecot.json"))


def not_proved():
    """a Dovecot that does not ask in the end is put back and runs"""
    with Site() as site:
        path, _ = site.dropin()
        with open(path, encoding="utf-8") as file:
            text = file.read()
        assert "/v1/dovecot" in text
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("/v1/dovecot", "/v1/elsewhere"))
        before = site.files()
        said = site.run(code=6)
        assert "the gate was not asked" in said and "as it was" in said, said
        assert site.files() == before
        assert site.refused("bob") is None
        assert site.gate.ask("status")["ok"]
        # One that only tells the gate, by words of the administrator's.
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        with open(site.dovecot.path("conf.d/99-own.conf"), "w",
                  encoding="utf-8") as file:
            file.write("auth_policy {\n  log_only = yes\n}\n"
                       if dovecot_fixture.IS_24 else
                       "auth_policy_log_only = yes\n")
        before = site.files()
        said = site.run(code=6)
        assert "only logged" in said and "as it was" in said, said
        assert site.files() == before


def interrupted():
    """stopped in its midst all is put back; killed, it is told, and ended by
    setup again or by --undo"""
    with Site() as site:
        before = site.files()
        site.signal = signal.SIGINT
        said = site.run(code=6)
        assert "was stopped" in said and "as it was" in said, said
        assert site.files() == before
        site.signal = signal.SIGKILL
        site.run(code=-signal.SIGKILL)
        assert site.marks() == [("bad", "dovecot is set up by half")]
        assert site.refused("bob") is None
        said = site.run()
        assert "killed in its midst" in said and "proved" in said, said
        assert site.marks() == [("ok", "dovecot was set up")]
        files = site.files()
        site.signal = signal.SIGINT
        said = site.run("--undo", code=6)
        assert "was stopped" in said, said
        assert site.files() == files
        site.signal = signal.SIGKILL
        site.run("--undo", code=-signal.SIGKILL)
        assert site.marks() == [("bad", "dovecot is set up by half")]
        site.run("--undo")
        assert site.files() == before


def own_words():
    """what the administrator wrote stays, whatever setup is told"""
    with Site() as site:
        _, path = site.dropin()
        name = os.path.basename(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write("# mine\n")
        before = site.files()
        said = site.run(code=5)
        assert name in said and "nothing is overwritten" in said, said
        assert site.files() == before
        os.unlink(path)
        other = os.path.join(site.dovecot.folder, "conf.d/50-policy.conf")
        with open(other, "w", encoding="utf-8") as file:
            file.write("auth_policy_server_url = http://127.0.0.1:1/\n"
                       "auth_policy_hash_nonce = x\n")
        assert "policy server already" in site.run(code=5)
        os.unlink(other)
        # Between set-up and undo he goes on writing.
        untouched = site.files()
        site.run()
        site.gate.settings("; an administrator's own words\n",
                           "; more of his words\n; and more\n")
        site.run("--undo")
        now = site.files()
        text = untouched[site.gate.config][2].replace(
            b"; an administrator's own words\n",
            b"; more of his words\n; and more\n")
        assert now[site.gate.config][2] == text, now[site.gate.config][2]
        now.pop(site.gate.config)
        untouched.pop(site.gate.config)
        assert now == untouched
        # What he wrote into setup's own file stays there ...
        site.run()
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "a", encoding="utf-8") as file:
            file.write("# tuned\n")
        changed = site.files()
        assert "left as it is" in site.run()
        assert site.files() == changed
        # ... and where he changed what setup wrote, nothing is guessed.
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("auth = yes", "auth = no"))
        changed = site.files()
        assert name in site.run("--undo", code=5)
        assert site.files() == changed
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "# tuned\n")
        site.run("--undo")
        with open(path, encoding="utf-8") as file:
            assert file.read() == "# tuned\n"


def no_gate():
    """without a gate nothing is touched, nor while setup is at work"""
    with Site() as site:
        folder = os.open(os.path.dirname(site.gate.config), os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        assert "at work here already" in site.run(code=5)
        os.close(folder)
        site.gate.stop()
        before = site.files()
        site.run(code=8)
        assert site.files() == before


if __name__ == "__main__":
    main([policy, combined, dictionary, dict_words, refused_by_its_test, not_proved, interrupted, own_words, no_gate])
