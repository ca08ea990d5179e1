#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""One lock on several servers: .reg files that stand for three generations, and
the gate of this machine. All or nothing, lifted to what was there before, and
mended after a kill at any moment."""
import json
import os
import signal
import socket
import subprocess
import time
import unittest

from servers_fixture import BIN, DN, KEY, PROFILE, Servers


class Fleet(Servers):
    def test_life(self):
        before = self.before()
        self.apply("--group", "all")
        self.assertEqual(self.values("ex2000")["Logon Only As"], DN + "alice")
        self.assertEqual(self.values("ex55")["Logon Only As"],
                         [DN + "alice", DN + "bob"])
        self.assertNotIn("Disable MAPI Clients", self.values("ex55"))
        new = self.values("ex2003")
        self.assertEqual(new["Disable MAPI Clients"],
                         "-5.65535.65535;7.0.0-11.65535.65535")
        self.assertEqual(new["Other"], 7)
        self.assertNotIn("Logon Only As", new)
        o, targets = self.targets()
        self.assertTrue(o["active"])
        self.assertEqual(targets, {n: (True, True, False) for n in
                                   ("ex2003", "ex2000", "ex55", "here")})
        self.json("check", "--dn", DN + "eve", code=1)
        self.apply("--group", "all", code=5)
        self.run_("lift", code=0)
        self.assertEqual(self.before(), before)
        self.json("check", "--dn", DN + "eve", code=0)
        self.assertFalse(self.json("status")["active"])
        self.run_("lift", code=5)

    def test_backups_restore(self):
        self.apply("--target", "ex2003")
        names = os.listdir(self.path("state/backups"))
        self.assertEqual(len([n for n in names if "ex2003" in n]), 1, names)
        with open(self.path("state/backups/" + names[0]), "rb") as f:
            data = f.read()
        self.assertIn('"Disable MAPI Clients"="-5.1.1"',
                      data.decode("utf-16"))

    def test_what_is_set_is_said_in_words(self):
        says = self.json("targets", "test", "ex2003")["says"]
        self.assertIn("5.1.1", " ".join(says))
        self.assertIn(says[0], self.run_("targets", "test", "ex2003").stdout)
        self.apply("--group", "all")
        said = {t["name"]: " ".join(t.get("says", []))
                for t in self.json("status")["targets"]}
        self.assertIn("if none of the listed DNs", said["ex2000"])
        text = self.run_("status").stdout
        self.assertIn("if none of the listed DNs", text)

    def test_the_version_of_the_store(self):
        o = self.json("targets", "test", "ex2003")
        self.assertEqual((o["dialect"], o["store_version"]),
                         ("exchange2003", "6.5.7651.19"))
        self.assertIn("6.5.7651.19",
                      self.run_("targets", "test", "ex2003").stdout)
        self.assertIsNone(self.json("targets", "test",
                                    "ex2000")["store_version"])

    def registry(self, name):
        o = self.json("registry", "show", "--target", name)
        return {v["name"]: v["data"] for v in o["values"]}

    def test_registry_of_a_server(self):
        """export, change by import, see the difference, restore the back-up:
        deletions, other types and foreign values included"""
        before = self.registry("ex2003")
        self.assertEqual(before, self.values("ex2003"))
        self.run_("registry", "export", self.path("out.reg"), "--target",
                  "ex2003", code=0)
        self.run_("registry", "diff", self.path("out.reg"), "--target",
                  "ex2003", code=0)
        self.write("in.reg", "Windows Registry Editor Version 5.00\n\n" +
                   KEY + '\n"Disable MAPI Clients"=-\n'
                   '"Logon Only As"="x"\n"Mine"=dword:00000001\n\n')
        o = self.json("registry", "import", self.path("in.reg"), "--target",
                      "ex2003")
        self.assertEqual(sorted(o["changed"]),
                         ["Disable MAPI Clients", "Logon Only As", "Mine"])
        self.assertEqual(self.registry("ex2003"),
                         {"Other": 7, "Logon Only As": "x", "Mine": 1})
        o = self.json("registry", "diff", self.path("out.reg"), "--target",
                      "ex2003", code=1)
        self.assertEqual(len(o["changed"]), 3)
        [name] = os.listdir(self.path("state/backups"))
        self.run_("registry", "restore", name, "--target", "ex2000", code=3)
        self.run_("registry", "restore", name, "--target", "ex2003", code=0)
        self.assertEqual(self.registry("ex2003"), dict(before, Mine=1))
        names = os.listdir(self.path("state/backups"))
        self.assertEqual(len(names), 2, names)
        rows = self.history()
        self.assertEqual([(row["event"], row["target"], row["result"])
                          for row in rows],
                         [("import", "ex2003", "done"),
                          ("restore", "ex2003", "done")])
        self.assertEqual(sorted(rows[0]["what"].split(", ")),
                         ["Disable MAPI Clients", "Logon Only As", "Mine"])
        self.assertTrue(rows[0]["by"])
        self.assertIsNone(rows[0]["profile"])
        text = self.run_("history", code=0).stdout
        self.assertIn("WHAT", text)
        # what is there already is no change
        self.run_("registry", "restore", name, "--target", "ex2003", code=0)
        self.assertEqual(len(self.history()), 2)
        self.run_("registry", "restore", "../ex.ex2003.reg", "--target",
                  "ex2003", code=3)
        self.run_("registry", "show", "--target", "ex2003,ex55", code=2)
        self.run_("registry", "show", "--target", "ex2002", code=2)
        self.assertEqual(self.registry("here"), {})

    def test_history_of_a_change_that_was_put_back(self):
        """a file that cannot be written, after another was"""
        os.mkdir(self.path("sub"))
        self.settings(file55="sub/ex55.reg")
        self.apply("--group", "all")
        self.run_("lift", code=0)
        before = len(self.history())
        chattr = ["chattr", "+i", self.path("sub/ex55.reg")]
        subprocess.run(chattr, check=False, stderr=subprocess.DEVNULL)
        try:
            done = self.apply("--group", "all", code=None)
        finally:
            chattr[1] = "-i"
            subprocess.run(chattr, check=False, stderr=subprocess.DEVNULL)
        if done.returncode == 0:
            self.skipTest("chattr +i has no effect here")
        rows = self.history()[before:]
        self.assertEqual(rows[0]["event"], "apply")
        self.assertIn("failed", rows[0]["result"])
        self.assertEqual(rows[0]["target"], "ex2003, ex2000, ex55")

    def test_import_is_refused_where_a_lock_is(self):
        self.write("in.reg", "Windows Registry Editor Version 5.00\n\n" +
                   KEY + '\n"Mine"=dword:00000001\n\n')
        self.apply("--target", "ex2003")
        locked = self.registry("ex2003")
        p = self.run_("registry", "import", self.path("in.reg"), "--target",
                      "ex2003", code=5)
        self.assertIn("lift", p.stderr)
        [name] = os.listdir(self.path("state/backups"))
        self.run_("registry", "restore", name, "--target", "ex2003", code=5)
        self.assertEqual(self.registry("ex2003"), locked)
        self.run_("registry", "import", self.path("in.reg"), "--target",
                  "ex2000", code=0)
        self.run_("lift", code=0)
        self.run_("registry", "import", self.path("in.reg"), "--target",
                  "ex2003", code=0)

    def test_a_value_too_long_is_not_imported(self):
        self.write("in.reg", "Windows Registry Editor Version 5.00\n\n" +
                   KEY + '\n"Mine"="' + "x" * 524288 + '"\n\n')
        self.run_("registry", "import", self.path("in.reg"), "--target",
                  "ex2003", code=3)
        self.assertNotIn("Mine", self.registry("ex2003"))

    def test_a_list_too_long_is_not_planned(self):
        """nor applied: nothing is written on any server, nor backed up"""
        with open(self.path("many.txt"), "w", encoding="utf-8") as f:
            f.writelines(f"{DN}user{i:06d}-{'x' * 20}\n" for i in range(9000))
        self.write("p.ini", PROFILE.replace(f'allow.1 = "{DN}alice"',
                                            'allow_file = "many.txt"'))
        before = self.before()
        for words in (("plan",), ("apply",)):
            p = self.run_(*words, self.path("p.ini"), "--for", "1h",
                          "--accept-warnings", "--skip-unsupported",
                          "--target", "ex2003,ex55", code=3)
            self.assertIn("ex55: \"Logon Only As\" has", p.stderr[-300:])
            self.assertIn("1048576", p.stderr[-300:])
        self.assertEqual(self.before(), before)
        self.assertFalse(os.path.exists(self.path("state/backups")))
        self.assertFalse(os.path.exists(self.path("ex55.reg")))
        # the gate takes it
        self.run_("plan", self.path("p.ini"), "--for", "1h",
                  "--accept-warnings", "--target", "here", code=0)

    def test_a_damaged_journal_of_servers(self):
        """hides neither the gate nor the way back"""
        before = self.before()
        self.apply("--target", "ex2003,here")
        with open(self.path("state/fleet.jsonl"), "wb") as f:
            f.write(b"{\x00\xffgarbage\nmore\n")
        status = self.json("status")
        self.assertTrue(status["active"])
        self.assertIn("fleet.jsonl:1", " ".join(status["loud"]))
        self.assertIn("registry restore", self.run_("status", code=0).stdout)
        for words, code in (("lift", 3), ("recover", 9)):
            self.assertIn("registry restore",
                          self.run_(words, code=code).stderr)
        [kept] = os.listdir(self.path("state/damaged"))
        self.assertIn("fleet.jsonl", kept)
        self.run_("recover", code=0)
        [name] = [n for n in os.listdir(self.path("state/backups"))
                  if "ex2003" in n]
        self.run_("registry", "restore", name, "--target", "ex2003", code=0)
        self.assertEqual(self.before(), before)
        self.run_("lift", code=0)
        self.assertFalse(self.json("status")["active"])

    def test_plan_shows_what_is_there(self):
        words = ("plan", self.path("p.ini"), "--for", "1h", "--target",
                 "ex2003", "--skip-unsupported")
        # Without a gate here nobody is there to end it.
        o = self.json(*words, code=5)
        self.assertEqual(o["error"]["code_of_warning"], "nobody-lifts")
        self.assertIn("nobody ends the lock on ex2003",
                      self.run_(*words, code=5).stderr)
        o = self.json(*words, "--accept-warnings")
        self.assertIn("nobody-lifts", [w["code"] for w in o["warnings"]])
        self.run_("run", self.path("p.ini"), "--for", "1h", "--target",
                  "ex2003", "--skip-unsupported", "--", "true", code=0)
        # A gate, whom a folder of root's stops at the end.
        self.settings(extra="[listen.http]\nwithout_policy = refuse\n")
        os.chown(self.path("state"), 12345, 12345)
        said = self.run_(*words, code=5).stderr
        self.assertIn("cannot end the lock on ex2003 when its time is over: "
                      "user 12345, whom it runs as, may not write to the "
                      "folder of " + self.path("ex2003.reg"), said)
        os.chmod(self.dir.name, 0o777)
        self.assertNotIn("nobody-lifts", json.dumps(self.json(*words)))
        value = [v for v in o["targets"][0]["values"]
                 if v["name"] == "Disable MAPI Clients"][0]
        self.assertEqual(value["before"], "-5.1.1")
        self.assertEqual(o["targets"][0]["takes_effect"], "poll")

    def test_plan_counts_a_person_once(self):
        """single is most often somebody who is listed, too"""
        o = self.json("plan", self.path("p.ini"), "--for", "1h", "--group",
                      "all", "--skip-unsupported", "--accept-warnings")
        self.assertEqual([a["dn"] for a in o["allow"]],
                         [DN + "alice", DN + "bob"])
        said = self.run_("plan", self.path("p.ini"), "--for", "1h", "--group",
                         "all", "--skip-unsupported", "--accept-warnings",
                         code=0).stdout
        # one DN is all that Exchange 2000 takes
        self.assertIn("ex2000 (exchange2000): LOCK: 1 account stays in", said)
        self.assertIn("here (gate): LOCK: 2 accounts stay in", said)

    def test_unsupported_is_refused(self):
        p = self.run_("apply", self.path("p.ini"), "--for", "1h",
                      "--accept-warnings", "--group", "all", code=3)
        self.assertIn("ex", p.stderr)
        self.assertFalse(os.path.exists(self.path("ex2000.reg")))

    def test_one_that_is_down_stops_all(self):
        self.settings(file55="missing/ex55.reg")
        before = self.values("ex2003")
        self.assertIn(self.apply("--group", "all", code=None).returncode,
                      (6, 7))
        self.assertEqual(self.values("ex2003"), before)
        self.assertFalse(os.path.exists(self.path("ex2000.reg")))
        self.assertFalse(self.json("status")["active"])

    def test_lift_asks_when_changed(self):
        self.apply("--group", "all")
        with open(self.path("ex2003.reg"), "rb") as f:
            text = f.read().decode("utf-16")
        with open(self.path("ex2003.reg"), "wb") as f:
            f.write(text.replace("-11.65535", "-12.65535").encode("utf-16"))
        o, targets = self.targets()
        self.assertEqual(targets["ex2003"], (True, False, True))
        p = self.run_("lift", code=5)
        self.assertIn("ex2003", p.stderr)
        self.assertEqual(self.values("ex2000")["Logon Only As"], DN + "alice")
        self.run_("lift", "--force", code=0)
        self.assertEqual(self.values("ex2003")["Disable MAPI Clients"],
                         "-5.1.1")

    def test_lift_where_one_cannot_be_reached(self):
        """nothing is lifted, and what to do is said; --force lifts the others
        and the gate here, and recover the rest"""
        self.apply("--group", "all")
        os.rename(self.path("ex55.reg"), self.path("away"))
        os.mkdir(self.path("ex55.reg"))
        done = self.run_("lift", code=6)
        self.assertIn("ex55", done.stderr)
        self.assertIn("lift --force", done.stderr)
        self.assertTrue(self.values("ex2000"))
        before = len(self.history())
        done = self.run_("lift", "--force", code=9)
        self.assertIn("recover", done.stderr)
        self.assertEqual(self.values("ex2000"), {})
        self.json("check", "--dn", DN + "eve", code=0)
        loud = " ".join(self.json("status")["loud"])
        self.assertIn("not put back everywhere", loud)
        self.assertEqual({row["result"] for row in self.history()[before:]},
                         {"done", "not everywhere"})
        os.rmdir(self.path("ex55.reg"))
        os.rename(self.path("away"), self.path("ex55.reg"))
        self.run_("recover", code=0)
        self.assertEqual(self.values("ex55"), {})
        last = self.history()[-1]
        self.assertEqual((last["event"], last["result"]), ("lift", "done"))
        status = self.json("status")
        self.assertIsNone(status["interrupted"])
        self.assertFalse(status["active"])

    def test_a_lift_killed_before_the_gate(self):
        """recover lifts the gate here, too, and another lock of it not"""
        before = self.before()
        self.apply("--group", "all")
        self.run_("lift", "--target", "ex2003,ex2000,ex55", code=0)
        self.cut_off("lifted")
        self.json("check", "--dn", DN + "eve", code=1)
        self.assertIn("recover", " ".join(self.json("status")["loud"]))
        self.assertIn("the gate here is lifted",
                      self.run_("recover", code=0).stdout)
        self.json("check", "--dn", DN + "eve", code=0)
        self.assertEqual(self.before(), before)
        status = self.json("status")
        self.assertFalse(status["active"])
        self.assertIsNone(status["interrupted"])
        self.assertIn("nothing was interrupted",
                      self.run_("recover", code=0).stdout)
        self.apply("--group", "all")
        self.run_("lift", code=0)
        self.cut_off("opened")
        self.assertTrue(self.json("status")["interrupted"])
        self.write("q.ini", PROFILE)
        self.run_("apply", self.path("q.ini"), "--for", "1h", "--target",
                  "here", "--accept-warnings", code=0)
        self.run_("recover", code=0)
        status = self.json("status")
        self.assertEqual((status["profile"], status["interrupted"]),
                         ("q", None))
        self.run_("lift", code=0)

    def test_a_gate_lifted_before_the_last_server(self):
        """a later lock of the same profile here is not recover's to end"""
        self.apply("--group", "all")
        self.away("ex55")
        self.run_("lift", "--force", code=9)
        self.json("check", "--dn", DN + "eve", code=0)
        self.apply("--target", "here")
        self.back("ex55")
        self.run_("recover", code=0)
        self.assertEqual(self.values("ex55"), {})
        self.json("check", "--dn", DN + "eve", code=1)
        self.run_("lift", code=0)

    def test_recover_asks_when_changed(self):
        """what is neither what was written nor the earlier value is told and
        left as it is; every other server gets its values back"""
        before = self.before()
        self.apply("--group", "all")
        self.cut_off("applied")
        self.by_hand("-11.65535", "-12.65535")
        said = self.run_("recover", code=9).stderr
        self.assertIn("ex2003: could NOT be put back: somebody changed", said)
        self.assertIn("recover --force", said)
        self.assertIn("recover --forget ex2003 leaves", said)
        self.assertIn("-12.65535",
                      self.values("ex2003")["Disable MAPI Clients"])
        self.assertEqual(self.values("ex55"), {})
        self.json("check", "--dn", DN + "eve", code=0)
        self.assertTrue(self.json("status")["interrupted"])
        self.run_("recover", "--force", code=0)
        self.assertEqual(self.before(), before)
        self.assertIsNone(self.json("status")["interrupted"])

    def test_recover_where_the_earlier_value_is_back_by_hand(self):
        before = self.before()
        self.apply("--group", "all")
        self.cut_off("applied")
        self.by_hand("-5.65535.65535;7.0.0-11.65535.65535", "-5.1.1")
        self.run_("recover", code=0)
        self.assertEqual(self.before(), before)

    def test_a_server_that_is_gone_is_given_up(self):
        """one command ends what no lift and no recover could"""
        before = self.before()
        self.apply("--group", "all")
        self.away("ex55")
        said = self.run_("lift", "--force", code=9).stderr
        self.assertIn("logongate recover --forget ex55", said)
        self.assertIn("logongate recover --forget ex55",
                      self.run_("recover", code=9).stderr)
        self.apply("--target", "ex55,ex2003", code=6)
        self.assertIn("recover --forget",
                      " ".join(self.json("status")["loud"]))
        with open(self.path("state/fleet.jsonl"), "rb") as f:
            journal = f.read()
        for name in ("ex99", "ex2000", "ex55,ex2000", " , "):
            said = self.run_("recover", "--forget", name, code=2).stderr
        self.assertIn("no server", said)
        self.assertIn("locks are on: ex55", self.run_(
            "recover", "--forget", "ex99", code=2).stderr)
        with open(self.path("state/fleet.jsonl"), "rb") as f:
            self.assertEqual(f.read(), journal)
        said = self.run_("recover", "--forget", "ex55", code=0).stdout
        self.assertIn("ex55 is given up", said)
        command = [line for line in said.splitlines()
                   if "registry restore" in line][0].split("logongate ")[1]
        status = self.json("status")
        self.assertIsNone(status["interrupted"])
        self.assertFalse(status["active"])
        self.assertFalse(status.get("loud"))
        row = [r for r in self.history() if r["event"] == "forget"][0]
        self.assertEqual((row["target"], row["result"], row["profile"]),
                         ("ex55", "given up", "p"))
        self.assertTrue(row["by"])
        self.apply("--target", "ex2003,ex2000,here")
        self.run_("lift", code=0)
        self.back("ex55")
        self.assertTrue(self.values("ex55"))
        self.run_(*command.split(), code=0)
        self.assertEqual(self.before(), before)
        self.assertIn("not given up", self.run_("recover", "--forget", "ex55",
                                                code=2).stderr)

    def test_a_server_is_given_up_while_the_lock_is_on(self):
        """the others stay locked and are lifted without it; it is not asked,
        reachable or not"""
        before = self.before()
        self.apply("--group", "all")
        self.away("ex55")
        given = self.json("recover", "--forget", "ex55, ex2000")["forgotten"]
        self.assertEqual([one["name"] for one in given], ["ex55", "ex2000"])
        status, targets = self.targets()
        self.assertTrue(status["active"])
        self.assertEqual(targets["ex2003"], (True, True, False))
        self.assertEqual(targets["ex2000"], (True, False, False))
        self.assertTrue(self.values("ex2000"))
        self.assertIn("elsewhere the lock stays in force", self.run_(
            "recover", "--forget", "ex55", "--forget", "ex2000",
            code=0).stdout)
        self.assertEqual(1, len([r for r in self.history()
                                 if r["event"] == "forget"]))
        # its values may be put back although the lock is on others
        self.run_("registry", "restore", given[1]["backup"], "--target",
                  "ex2000", code=0)
        self.run_("lift", code=0)
        self.back("ex55")
        self.assertTrue(self.values("ex55"))
        self.run_("registry", "restore", given[0]["backup"], "--target",
                  "ex55", code=0)
        self.assertEqual(self.before(), before)
        self.assertFalse(self.json("status")["active"])

    def test_a_server_without_a_section_is_given_up(self):
        self.apply("--group", "all")
        with open(self.path("lg.conf"), encoding="utf-8") as f:
            whole = f.read()
        there = whole.index("[target.ex55]")
        self.write("lg.conf", (whole[:there] +
                               whole[whole.index("[target.here]"):]
                               ).replace("ex55, ", ""))
        self.run_("lift", "--force", code=9)
        self.run_("recover", "--forget", "ex55", code=0)
        self.assertIsNone(self.json("status")["interrupted"])
        self.apply("--group", "all")
        self.run_("lift", code=0)

    def test_the_last_server_is_given_up(self):
        """the lock is over; a back-up that is gone is made from the journal"""
        before = self.before()
        self.apply("--target", "ex2003")
        [name] = os.listdir(self.path("state/backups"))
        os.remove(self.path("state/backups/" + name))
        [given] = self.json("recover", "--forget", "ex2003")["forgotten"]
        self.assertFalse(self.json("status")["active"])
        self.assertEqual([row["event"] for row in self.history()],
                         ["apply", "forget"])
        self.run_("registry", "restore", given["backup"], "--target",
                  "ex2003", code=0)
        self.assertEqual(self.before(), before)
        self.apply("--target", "ex2003")
        self.run_("lift", code=0)

    def test_run_says_what_is_not_in_force_yet(self):
        """on stderr: stdout is the command's"""
        done = self.run_("run", self.path("p.ini"), "--for", "1h", "--target",
                         "ex2000", "--accept-warnings", "--skip-unsupported",
                         "--", "echo", "here", code=0)
        self.assertEqual(done.stdout.splitlines()[0], "here")
        self.assertIn("ex2000: in force when " + self.path("ex2000.reg"),
                      done.stderr)
        self.assertEqual(self.values("ex2000"), {})

    def test_a_server_that_is_not_in_the_settings_any_more(self):
        """is said, keeps no other server locked, and is lifted when it is in
        the settings again"""
        self.apply("--group", "all")
        with open(self.path("lg.conf"), encoding="utf-8") as f:
            whole = f.read()
        there = whole.index("[target.ex55]")
        self.write("lg.conf", (whole[:there] +
                               whole[whole.index("[target.here]"):]
                               ).replace("ex55, ", ""))
        o, targets = self.targets()
        self.assertTrue(o["active"])
        self.assertEqual(targets["ex55"], (False, False, False))
        self.assertEqual(targets["ex2000"], (True, True, False))
        self.assertIn("[target.ex55]", self.run_("status", code=0).stdout)
        self.assertIn("[target.ex55]", self.run_("lift", code=6).stderr)
        self.assertTrue(self.values("ex2000"))
        self.run_("extend", "--for", "2h", code=0)
        self.assertIn("[target.ex55]",
                      self.run_("lift", "--force", code=9).stderr)
        self.assertEqual(self.values("ex2000"), {})
        self.json("check", "--dn", DN + "eve", code=0)
        self.run_("recover", code=9)
        self.write("lg.conf", whole)
        self.assertTrue(self.values("ex55"))
        self.run_("recover", code=0)
        self.assertEqual(self.values("ex55"), {})
        self.assertIsNone(self.json("status")["interrupted"])

    def test_a_group_that_was_changed_meanwhile(self):
        """a lift is of the servers that were locked"""
        before = self.before()
        self.apply("--group", "all")
        with open(self.path("lg.conf"), encoding="utf-8") as f:
            whole = f.read()
        self.write("lg.conf", whole.replace("ex2000, ex55, ", ""))
        self.run_("lift", code=0)
        self.assertEqual(self.before(), before)
        self.assertFalse(self.json("status")["active"])

    def test_lift_of_some(self):
        self.apply("--group", "all")
        self.run_("lift", "--target", "ex2000", code=0)
        self.assertEqual(self.values("ex2000"), {})
        o, targets = self.targets()
        self.assertEqual(targets["ex2000"], (True, False, False))
        self.assertEqual(targets["ex55"], (True, True, False))
        self.assertTrue(o["active"])
        self.run_("lift", code=0)
        self.assertEqual(self.values("ex55"), {})
        self.assertFalse(self.json("status")["active"])

    def test_history_tells_of_locks_on_servers_alone(self):
        self.apply("--target", "ex2003", "--reason", "new disks")
        self.run_("lift", code=0)
        time.sleep(1.1)  # lines have seconds, and are sorted by them
        self.apply("--target", "here")
        self.run_("lift", code=0)
        rows = self.history()
        self.assertEqual([row["event"] for row in rows],
                         ["apply", "lift", "apply", "lift"])
        self.assertEqual(rows[0]["target"], "ex2003")
        self.assertNotIn("target", rows[2])
        self.assertEqual(rows[0]["reason"], "new disks")
        self.assertEqual(rows[0]["result"], "done")
        self.assertEqual(set(rows[0]), set(rows[2]) | {"target"})

    def test_extend_keeps_to_the_longest_time(self):
        self.write("p.ini", PROFILE.replace(
            '"upgrade"', '"upgrade"\nmax_duration = "2h"'))
        self.apply("--target", "ex2003")
        self.run_("extend", "--for", "3h", code=2)
        self.run_("extend", "--for", "90m", code=0)
        self.run_("lift", code=0)
        self.assertEqual([row["event"] for row in self.history()],
                         ["apply", "extend", "lift"])

    def test_expiry(self):
        before = self.before()
        self.run_("apply", self.path("p.ini"), "--for", "1s", "--group", "all",
                  "--accept-warnings", "--skip-unsupported", code=0)
        time.sleep(2)
        o, _ = self.targets()
        self.assertFalse(o["active"])
        self.assertIn("recover", " ".join(o.get("loud", [])))
        self.run_("recover", code=0)
        self.assertEqual(self.before(), before)

    def test_the_next_change_ends_what_is_over(self):
        """no gate runs here: whoever locks next puts back what is past"""
        before = self.before()
        self.run_("apply", self.path("p.ini"), "--for", "1s", "--target",
                  "ex2003", "--accept-warnings", "--skip-unsupported", code=0)
        time.sleep(2)
        self.run_("plan", self.path("p.ini"), "--target", "ex2000")
        self.assertNotEqual(self.before(), before)
        said = self.apply("--target", "ex2000").stderr
        self.assertIn("a lock on servers was over: 1 server has the "
                      "earlier values again", said)
        self.assertEqual(self.values("ex2003"), before["ex2003"])
        self.assertTrue(self.values("ex2000"))
        self.run_("lift", code=0)
        self.assertEqual(self.before(), before)

    def test_an_end_is_kept_wherever_it_can_be(self):
        """one server is away, of one a value was changed: their locks stay,
        told by name, and keep no other"""
        before = self.before()
        self.run_("apply", self.path("p.ini"), "--for", "1s", "--group", "all",
                  "--accept-warnings", "--skip-unsupported", code=0)
        time.sleep(2)
        os.rename(self.path("ex55.reg"), self.path("away"))
        os.mkdir(self.path("ex55.reg"))
        with open(self.path("ex2003.reg"), "rb") as f:
            text = f.read().decode("utf-16")
        with open(self.path("ex2003.reg"), "wb") as f:
            f.write(text.replace("-11.65535", "-12.65535").encode("utf-16"))
        said = self.run_("recover", code=9).stderr
        self.assertEqual(self.values("ex2000"), {})
        self.assertIn("-12.65535",
                      self.values("ex2003")["Disable MAPI Clients"])
        for name in ("ex55", "ex2003"):
            self.assertIn(f"{name}: could NOT be put back", said)
        self.assertIn("somebody changed a value", said)
        status = self.json("status")
        self.assertFalse(status["active"])
        self.assertIn("recover", " ".join(status["loud"]))
        os.rmdir(self.path("ex55.reg"))
        os.rename(self.path("away"), self.path("ex55.reg"))
        self.run_("recover", code=9)
        self.assertEqual(self.values("ex55"), {})
        self.run_("recover", "--force", code=0)
        self.assertEqual(self.before(), before)
        self.assertFalse(self.json("status").get("loud"))

    def test_a_gate_ends_the_lock_on_servers_too(self):
        before = self.before()
        self.settings(extra='[listen.http]\naddress = "unix:http.sock"\n'
                      'without_policy = refuse\n')
        log = open(self.path("log"), "w+", encoding="utf-8")
        self.addCleanup(log.close)
        gate = subprocess.Popen(
            [os.path.join(os.path.dirname(BIN), "logongated"), "--config",
             self.path("lg.conf")], env=self.env, stderr=log)
        try:
            for _ in range(200):
                with socket.socket(socket.AF_UNIX) as control:
                    if not control.connect_ex(self.path("run/control.sock")):
                        break
                time.sleep(0.05)
            self.run_("apply", self.path("p.ini"), "--for", "10m", "--group",
                      "all", "--accept-warnings", "--skip-unsupported",
                      code=0)
            self.json("check", "--dn", DN + "eve", code=1)
            _, targets = self.targets()
            self.assertEqual(targets["ex55"], (True, True, False))
            self.run_("extend", "--for", "2s", code=0)
            end = time.time() + 30
            while time.time() < end and (self.before() != before or
                                         self.json("status")["active"]):
                time.sleep(0.2)
            self.assertEqual(self.before(), before)
            self.json("check", "--dn", DN + "eve", code=0)
            self.assertFalse(self.json("status")["active"])
        finally:
            gate.terminate()
            self.assertEqual(gate.wait(timeout=20), 0)
        log.seek(0)
        text = log.read()
        self.assertNotIn("Sanitizer", text)
        self.assertIn("its time is over", text)

    def test_killed_at_any_moment(self):
        """The whole servers are old or new after recover, never mixed."""
        before = self.before()
        states = set()
        for delay in range(0, 60, 3):
            p = subprocess.Popen(
                [BIN, "--config", self.path("lg.conf"), "apply",
                 self.path("p.ini"), "--for", "1h", "--accept-warnings",
                 "--skip-unsupported", "--group", "all"], env=self.env,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay / 400)
            p.send_signal(signal.SIGKILL)
            p.wait()
            status = self.json("status")
            self.assertIsNone(status["changing"], delay)
            if status["interrupted"]:
                states.add("interrupted")
                self.assertIn("recover", " ".join(status["loud"]))
                self.assertEqual(status["interrupted"]["profile"], "p")
            self.run_("recover", code=0)
            self.assertIsNone(self.json("status")["interrupted"])
            if self.json("status")["active"]:
                states.add("locked")
                self.assertEqual(self.values("ex2000")["Logon Only As"],
                                 DN + "alice")
                self.assertEqual(len(self.values("ex55")["Logon Only As"]), 2)
                self.run_("lift", code=0)
            else:
                states.add("open")
            self.assertEqual(self.before(), before, delay)
            self.json("check", "--dn", DN + "eve", code=0)
        self.assertIn("open", states)


if __name__ == "__main__":
    unittest.main()
