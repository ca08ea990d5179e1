# SPDX-License-Identifier: ISC
"""The commands with a gate of their own: what they ask over control.sock is
what is in force at the doors."""
import json
import os
import signal
import subprocess
import time

import driver
from gate_fixture import GateCase


class WithGate(GateCase):

    def test_a_window_through_the_gate(self):
        profile = self.listed(more='[message]\nrefused = "Back %{until}, '
                                   '%{reason}."\n')
        self.assertEqual(self.dovecot("alice")["status"], 0)
        plan = self.expect(0, "plan", profile, "--json").json
        # What else listens on this machine is none of this test's.
        self.assertEqual(
            {w["code"] for w in plan["warnings"]} - {"door-does-not-ask"},
            {"no-session-control"})
        self.assertFalse(self.status()["active"])
        self.expect(0, "apply", profile, "--for", "2h", "--reason", "disks")
        status = self.status()
        for name in ("active", "profile", "since", "until", "by", "reason",
                     "gate", "dialect", "generation", "sessions", "refused",
                     "targets"):
            self.assertIn(name, status)
        self.assertEqual((status["active"], status["gate"],
                          status["reason"]), (True, "listed", "disks"))
        answer = self.dovecot("alice")
        self.assertEqual(answer["status"], -1)
        # The local time, for people; two hours need no day.
        self.assertRegex(answer["msg"], r"^\[UNAVAILABLE\] Back "
                         r"\d\d:\d\d( UTC)?, disks\.$")
        self.assertEqual(self.dovecot("tester")["status"], 0)
        self.assertEqual(self.dovecot("bob")["status"], 0, "break-glass")
        done = self.expect(1, "check", "--user", "alice", "--protocol",
                           "imap", "--json", "--explain").json
        self.assertEqual((done["verdict"], done["reason"], done["rule"]),
                         ("refuse", "not-listed", "logon-only-as"))
        self.assertEqual(len(done["rules"]), 5)
        self.expect(0, "check", "--user", "bob")
        self.expect(0, "status", "--quiet")
        self.expect(5, "apply", profile, "--for", "1h")
        self.assertIn("\nupgrade is there already: apply refuses it",
                      self.expect(0, "plan", profile).out)
        self.assertNotIn("sooner", self.expect(
            0, "extend", "--for", "3h").err)
        self.expect(2, "extend", "--for", "9h")
        # Who means an hour more is told what came of it.
        self.assertRegex(self.expect(0, "extend", "--for", "1h").err,
                         "the new end is (2 h|1 h 59 min) sooner than the "
                         "old one; --for counts from now")
        self.expect(5, "confirm")
        refused = self.expect(0, "refused", "--json").lines
        self.assertEqual(len(refused), 1)
        for name in ("at", "user", "dn", "client", "protocol", "address",
                     "reason"):
            self.assertIn(name, refused[0])
        self.assertEqual((refused[0]["user"], refused[0]["protocol"],
                          refused[0]["address"], refused[0]["reason"]),
                         ("alice", "imap", "192.0.2.7", "not-listed"))
        self.assertEqual(self.status()["refused"], 1)
        for by, key in (("user", "alice"), ("reason", "not-listed"),
                        ("door", "dovecot")):
            summed = self.expect(0, "refused", "--by", by, "--json").lines
            self.assertEqual((summed[0][by], summed[0]["count"]), (key, 1))
        self.expect(0, "lift")
        self.assertEqual(self.dovecot("alice")["status"], 0)
        self.expect(1, "status", "--quiet")
        self.expect(5, "lift")
        self.assertEqual(
            [e["event"] for e in self.expect(0, "history", "--json").lines],
            ["apply", "extend", "extend", "lift"])

    def test_values_of_several_locks_are_put_back_once(self):
        for name in ("one", "two"):
            self.expect(0, "apply", self.listed(name), "--for", "1h")
        out = self.expect(0, "lift", "--all").out
        self.assertEqual(out.count("When Invalid"), 1, out)

    def test_one_that_is_planned_is_not_in_force(self):
        done = self.expect(0, "apply", self.listed(), "--at", "+1h", "--for",
                           "1h")
        # In an hour it begins.
        self.assertRegex(done.out, r"waiting: upgrade \(lg-\w+\), from "
                         r"[^(]+ \(in (1 h|59 min[^)]*)\) to [^(]+\n")
        self.assertTrue(self.expect(0, "status").out.startswith(
            "no lock in force, 1 planned\n"))
        self.expect(0, "lift")
        self.assertTrue(self.expect(0, "status").out.startswith("no lock\n"))

    def test_nobody_in_the_list_is_not_nobody_logged_on(self):
        self.assertIn("\n  sessions  not known: no server here lists them\n",
                      self.expect(0, "status").out)
        for words in (("sessions",), ("cut", "--all")):
            self.assertIn("no server here lists its open sessions",
                          self.expect(0, *words).err)
            self.assertEqual(self.expect(0, *words, "--quiet").err, "")

    def test_nothing_is_applied_that_would_fail_open(self):
        for profile, code in ((self.listed("open", allow=("gone",)), 5),
                              (self.listed("some", allow=("gone", "tester")),
                               5)):
            self.expect(code, "apply", profile, "--for", "1h")
            self.assertFalse(self.status()["active"])
            self.assertEqual(self.dovecot("alice")["status"], 0)
        os.rename(self.path("directory.ldif"), self.path("gone.ldif"))
        self.expect(4, "apply", self.listed(), "--for", "1h")
        self.assertFalse(self.status()["active"])

    def test_a_lock_is_in_force_after_a_kill(self):
        self.expect(0, "apply", self.listed(), "--for", "1h")
        self.stop(signal.SIGKILL)
        done = self.expect(8, "status", "--json")
        self.assertTrue(done.json["active"])
        self.assertFalse(done.json["targets"][0]["reachable"])
        self.expect(8, "lift")
        self.start()
        self.assertEqual(self.dovecot("alice")["status"], -1)
        self.assertEqual(self.dovecot("tester")["status"], 0)
        self.expect(0, "lift")

    def test_run_and_the_end_by_itself(self):
        profile = self.listed()
        done = self.expect(0, "run", profile, "--for", "1h", "--",
                           driver.LOGONGATE, "status", "--json")
        self.assertTrue(json.loads(done.out)["active"])
        self.assertFalse(self.status()["active"])
        self.expect(3, "run", profile, "--", "sh", "-c", "exit 3")
        self.assertRegex(done.err, r"logongate: locked: upgrade \(lg-\w+\), "
                         r"until \d\d:\d\d:\d\d.* \(in 1 h\)\n")
        self.assertTrue(done.err.endswith("logongate: lifted\n"), done.err)
        # The command may lift by itself; run then has nothing to lift.
        done = self.expect(0, "run", profile, "--", driver.LOGONGATE, "lift")
        self.assertTrue(done.err.endswith(
            "logongate: the lock was lifted while the command ran\n"), done)
        # Nobody is kept out for a command that is not there.
        before = len(self.expect(0, "history", "--json").lines)
        for code, name in ((127, "no-such-command-anywhere"),
                           (127, "./gone"), (126, self.path("gate.log"))):
            done = self.expect(code, "run", profile, "--", name)
            self.assertIn("; nothing was locked\n", done.err)
        self.assertEqual(len(self.expect(0, "history", "--json").lines),
                         before)
        self.assertIn("nobody would be cut", self.expect(
            2, "apply", profile, "--for", "1h", "--grace", "2h").err)
        self.assertIn("confirmed or not", self.expect(
            2, "apply", profile, "--for", "1h", "--confirm-within",
            "2h").err)
        done = self.expect(0, "run", profile, "--quiet", "--", "true")
        self.assertEqual(done.err, "")
        self.expect(0, "apply", profile, "--for", "1h")
        self.assertEqual(self.dovecot("alice")["status"], -1)
        self.expect(0, "extend", "--for", "1s")
        deadline = time.monotonic() + 30
        while self.dovecot("alice")["status"] != 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.assertFalse(self.status()["active"])
        self.assertEqual(
            self.expect(0, "history", "--json").lines[-1]["event"], "expire")

    def test_who_would_have_been_refused_last_week(self):
        for user in ("alice", "alice", "tester"):
            self.dovecot(user)
            self.dovecot(user, command="report")
        plan = self.expect(0, "plan", self.listed(), "--since", "7d",
                           "--json").json
        self.assertGreaterEqual(plan["past"]["logons"], 3)
        self.assertEqual({(w["user"], w["rule"])
                          for w in plan["past"]["who"]},
                         {("alice", "logon-only-as")})
        out = self.expect(0, "plan", self.listed(), "--since", "7d").out
        self.assertIn("would have been refused", out)
        self.expect(2, "plan", self.listed(), "--since", "last week")

    def test_values_by_hand(self):
        hand = self.write("hand.reg", "Windows Registry Editor Version 5.00\n"
                          "\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet"
                          "\\Services\\MSExchangeIS\\ParametersSystem]\n"
                          '"Refuse Protocols"="imap"\n\n')
        self.expect(0, "registry", "import", hand)
        self.assertEqual(self.dovecot("tester")["status"], -1)
        self.expect(0, "registry", "diff", hand)
        exported = self.path("out.reg")
        self.expect(0, "registry", "export", exported)
        self.expect(0, "registry", "diff", exported)
        self.expect(0, "apply", self.listed(), "--for", "1h")
        self.expect(5, "registry", "import", hand)
        self.expect(0, "lift")
        backups = sorted(os.listdir(self.path("state/backups")))
        first = backups[0].split(".")[0]
        self.expect(0, "registry", "restore", first)
        self.assertEqual(self.dovecot("tester")["status"], 0)
        self.expect(3, "registry", "restore", "no-such-back-up")
        self.expect(3, "registry", "import", self.path("nowhere.reg"))

    def test_three_locks_at_once(self):
        """a week's block, an upgrade and a batch that a command moves"""
        profiles = os.path.join(driver.SOURCE, "profiles")
        batch = self.write("batch.txt", "bob@example.org\n")
        before = self.expect(0, "registry", "show").out
        block = self.expect(
            0, "apply", "beta-client-block", "--profiles", profiles, "--for",
            "7d", "--set", "build=12.0.0-12.9.9", "--accept-warnings",
            "--json").json
        upgrade = self.expect(
            0, "apply", "upgrade", "--profiles", profiles, "--for", "1h",
            "--set", "tester=tester", "--accept-warnings", "--json").json
        unknown = self.write("unknown.txt", "nobody-of-this-name\n")
        self.assertIn("run does it with --accept-warnings", self.expect(
            5, "run", "mailbox-batch", "--profiles", profiles, "--set",
            "batch=" + unknown, "--set", "mover=tester", "--", "true").err)
        running = subprocess.Popen(
            [driver.LOGONGATE, "run", "mailbox-batch", "--profiles", profiles,
             "--set", "batch=" + batch, "--set", "mover=tester",
             "--accept-warnings", "--", "sh", "-c",
             f"touch {self.path('moving')}; "
             f"while [ ! -e {self.path('moved')} ]; do sleep 0.1; done"],
            cwd=self.folder, env=self.environment)
        self.addCleanup(running.kill)
        deadline = time.monotonic() + 60
        while not os.path.exists(self.path("moving")):
            self.assertIsNone(running.poll())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        status = self.status()
        self.assertEqual([lock["profile"] for lock in status["locks"]],
                         ["beta-client-block", "upgrade", "mailbox-batch"])
        self.assertEqual(status["locks"][2]["applies_to"],
                         {"domains": [], "accounts": 1})
        self.assertIn("locked, 3 locks", self.expect(0, "status").out)
        self.expect(0, "registry", "export", self.path("all.reg"))
        with open(self.path("all.reg"), encoding="utf-16") as file:
            exported = file.read()
        self.assertIn("; " + status["locks"][2]["id"] + ", mailbox-batch",
                      exported)
        self.assertIn('"Applies To Users"', exported.split("; lg-")[1])
        self.assertNotIn("Applies To", exported.split("; lg-")[0])
        self.expect(0, "registry", "diff", self.path("all.reg"))
        names = subprocess.run(
            ["bash", "-c", self.expect(0, "completion", "bash").out +
             "\nlogongate() { " + driver.LOGONGATE + ' "$@"; }\n'
             '_logongate_choices "$(_logongate_operands lift)"'],
            cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
            text=True, check=True).stdout.split()
        self.assertEqual(names, sorted(
            [lock["id"] for lock in status["locks"]] +
            [lock["profile"] for lock in status["locks"]],
            key=lambda name: name.encode()))
        # The batch ends after the upgrade (12 h): that is what bob is told.
        bob = self.expect(1, "check", "--user", "alice", "--json").json
        self.assertEqual(bob["lock"]["profile"], "upgrade")
        self.assertIn(f"\n  upgrade ({upgrade['id']}):\n", self.expect(
            1, "check", "--user", "alice", "--explain").out)
        lifted = self.expect(0, "lift", "upgrade").out
        for lock in (status["locks"][0], status["locks"][2]):
            self.assertIn(f"{lock['profile']} ({lock['id']})",
                          lifted.split("other locks stay: ")[1])
        self.expect(0, "check", "--user", "alice")
        old = self.expect(1, "check", "--user", "alice", "--protocol", "mapi",
                          "--client-version", "12.1.0", "--json").json
        self.assertEqual(old["lock"], {"id": block["id"],
                                       "profile": "beta-client-block"})
        self.write("moved", "")
        self.assertEqual(running.wait(timeout=60), 0)
        self.assertEqual([lock["id"] for lock in self.status()["locks"]],
                         [block["id"]])
        self.expect(0, "lift")
        self.assertEqual(self.expect(0, "registry", "show").out, before)
        names = [(e["event"], e["lock"]["profile"]) for e in
                 self.expect(0, "history", "--json").lines]
        self.assertEqual(names, [
            ("apply", "beta-client-block"), ("apply", "upgrade"),
            ("apply", "mailbox-batch"), ("lift", "upgrade"),
            ("lift", "mailbox-batch"), ("lift", "beta-client-block")])
        self.assertNotEqual(upgrade["id"], block["id"])

    def test_others_may_only_ask_for_the_status(self):
        if os.geteuid() != 0:
            self.skipTest("needs another user")
        self.expect(0, "apply", self.listed(), "--for", "1h")
        for path in (self.folder, self.path("run")):
            os.chmod(path, 0o755)
        os.chmod(self.path("run/control.sock"), 0o666)

        def as_nobody(*words):
            return subprocess.run(
                [driver.LOGONGATE, *words], cwd=self.folder,
                env=self.environment, user=65534, group=65534,
                extra_groups=[], check=False, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)

        done = as_nobody("status", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(json.loads(done.stdout)["active"])
        for words in (("lift",), ("extend", "--for", "1h"), ("cut", "--all"),
                      ("refused",), ("history",), ("confirm",)):
            done = as_nobody(*words)
            self.assertEqual(done.returncode, 7, (words, done.stderr))
        self.assertTrue(self.status()["active"])


if __name__ == "__main__":
    driver.main()
