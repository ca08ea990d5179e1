#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Several locks on the same servers: composed while they stand, each ended by
its own lift, and what was there before at the end. And the journal that keeps
them: of an earlier version, of a later one, and damaged."""
import json
import os
import time
import unittest

from servers_fixture import DN, KEY, Servers

OTHER = f'''[profile]
description = "another"
accept = "unsupported-by-dialect, companion-unknown"
[logon_only_as]
when_invalid = open
allow.1 = "{DN}alice"
allow.2 = "{DN}carol"
single = "{DN}alice"
[disable_mapi_clients]
versions = "12.0.0-14.65535.65535"
'''
OLD = "Disable MAPI Clients"


class Beside(Servers):
    def setUp(self):
        super().setUp()
        self.write("o.ini", OTHER)
        self.journal = self.path("state/fleet.jsonl")

    def lock(self, name, *args, code=0):
        return self.run_("apply", self.path(name + ".ini"), "--for", "1h",
                         "--accept-warnings", "--skip-unsupported", *args,
                         code=code)

    def lines(self):
        with open(self.journal, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def put(self, lines):
        with open(self.journal, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(line) + "\n" for line in lines)

    def clients(self):
        return self.values("ex2003")[OLD]

    def test_two_locks_in_every_order(self):
        before = self.before()
        for first, second in (("p", "o"), ("o", "p")):
            self.lock("p", "--group", "all")
            alone = self.before()
            [first_id] = [lock["id"] for lock in
                          self.json("status")["locks"]]
            plan = self.json("plan", self.path("o.ini"), "--for", "1h",
                             "--target", "ex2003,ex55", "--accept-warnings",
                             "--skip-unsupported")
            self.assertEqual(plan["beside"], [first_id])
            self.lock("o", "--target", "ex2003,ex55,here")
            both = self.before()
            self.assertEqual(both["ex2000"], alone["ex2000"])
            self.assertEqual(both["ex2003"][OLD],
                             "-5.65535.65535;7.0.0-11.65535.65535;"
                             "12.0.0-14.65535.65535")
            self.assertEqual(both["ex55"]["Logon Only As"], [DN + "alice"])
            self.assertEqual(len(self.json("status")["locks"]), 2)
            _, targets = self.targets()
            self.assertEqual(targets["ex2003"], (True, True, False))
            self.run_("lift", code=5)
            self.run_("lift", first, code=0)
            _, targets = self.targets()
            self.assertEqual(targets["ex2003"], (True, True, False))
            if second == "p":
                self.assertEqual(self.before(), alone)
            else:
                # what stood there is inside neither of the other's items
                self.assertEqual(self.clients(),
                                 "-5.1.1;12.0.0-14.65535.65535")
                self.assertEqual(self.values("ex2000"), {})
            self.run_("lift", second, code=0)
            self.assertEqual(self.before(), before)
            self.assertFalse(self.json("status")["active"])

    def test_each_ends_by_itself(self):
        """no gate runs here: the next command ends what is over, and only
        that"""
        before = self.before()
        self.lock("p", "--target", "ex2003")
        self.lock("o", "--target", "ex2003")
        both = self.clients()
        self.run_("extend", "p", "--for", "1s", code=0)
        end = time.time() + 20
        while not self.json("status").get("loud") and time.time() < end:
            time.sleep(0.2)
        self.assertIn("recover", " ".join(self.json("status")["loud"]))
        self.assertEqual(self.clients(), both)
        said = self.run_("extend", "o", "--for", "2h", code=0).stderr
        self.assertIn("was over", said)
        self.assertEqual(self.clients(), "-5.1.1;12.0.0-14.65535.65535")
        self.run_("lift", code=0)
        self.assertEqual(self.before(), before)

    def test_who_ends_what_is_over(self):
        before = self.before()
        for words, code in ((("confirm",), 5), (("extend", "--for", "1h"), 5),
                            (("registry", "import", self.path("none.reg"),
                              "--target", "ex2003"), 0), (("recover",), 0)):
            self.write("none.reg", "Windows Registry Editor Version 5.00\n\n")
            self.run_("apply", self.path("p.ini"), "--for", "1s", "--target",
                      "ex2003", "--accept-warnings", "--skip-unsupported",
                      code=0)
            time.sleep(1.2)
            self.run_(*words, code=code)
            self.assertEqual(self.before(), before, words)

    def test_what_was_changed_by_hand_is_not_overwritten(self):
        self.lock("p", "--target", "ex2003")
        self.by_hand("-11.65535", "-12.65535")
        by_hand = self.clients()
        said = self.lock("o", "--target", "ex2003", code=5).stderr
        self.assertIn("changed by somebody else", said)
        self.assertEqual(self.clients(), by_hand)
        # elsewhere it does not matter
        self.lock("o", "--target", "ex2000")

    def test_one_that_cannot_stand_beside_another(self):
        """a store with one DN, and two locks that name two"""
        before = self.before()
        self.lock("p", "--target", "ex2000")
        with_p = self.before()
        self.write("o.ini", OTHER.replace(f'single = "{DN}alice"',
                                          f'single = "{DN}carol"'))
        p = self.lock("o", "--target", "ex2000", "--json", code=5)
        self.assertEqual(json.loads(p.stdout)["error"]["code"],
                         "lock-conflict")
        self.assertEqual(self.before(), with_p)
        self.run_("lift", code=0)
        self.assertEqual(self.before(), before)

    def test_a_value_of_another_type_is_told_and_left(self):
        self.write("ex2003.reg", "Windows Registry Editor Version 5.00\n\n" +
                   KEY + '\n"Disable MAPI Client Processes"=dword:00000001'
                   '\n\n')
        before = self.before()
        self.write("o.ini", OTHER.split("[logon_only_as]")[0] +
                   "[disable_mapi_clients]\n"
                   'versions = "-5.65535.65535"\n')
        # No gate here ends it: that is to be accepted.
        plan = self.json("plan", self.path("o.ini"), "--for", "1h",
                         "--target", "ex2003", code=5)
        [text] = [w["text"] for w in plan["warnings"]
                  if w["code"] == "foreign-value"]
        self.assertIn("ex2003: Disable MAPI Client Processes", text)
        self.lock("o", "--target", "ex2003")
        self.assertEqual(self.values("ex2003"), {
            OLD: "-5.65535.65535", **before["ex2003"]})
        self.run_("lift", code=0)
        self.assertEqual(self.before(), before)

    def test_a_lift_of_some_servers_means_the_locks_there(self):
        before = self.before()
        self.lock("o", "--target", "ex55,here")
        for words in ((), ("--all",), ("p",)):
            self.lock("p", "--target", "ex2003")
            said = self.run_("lift", *words, "--target", "ex2003",
                             code=0).stderr
            self.assertNotIn("no lock", said)
            self.assertEqual(self.values("ex2003"), before["ex2003"])
            self.assertEqual(
                [lock["profile"] for lock in self.json("status")["locks"]],
                ["o"])
        for words in ((), ("--all",), ("o",)):
            error = self.json("lift", *words, "--target", "ex2003", code=5)
            self.assertEqual(error["error"]["code"], "not-in-force")
        self.run_("lift", "--ensure", "--target", "ex2003", code=0)
        self.run_("lift", "--all", "--target", "ex55,here", code=0)
        self.assertEqual(self.before(), before)

    def test_a_gate_that_is_lifted_alone(self):
        before = self.before()
        self.lock("p", "--target", "ex2003,here")
        self.run_("lift", "--target", "here", code=0)
        [lock] = self.json("status")["locks"]
        self.assertEqual(lock["profile"], "p")
        self.assertIn("in force until", self.run_("extend", "--for", "3h",
                                                  code=0).stdout)
        self.run_("lift", code=0)
        self.assertEqual(self.before(), before)
        self.assertEqual(self.json("status")["locks"], [])

    def test_the_same_lock_twice(self):
        self.lock("p", "--target", "ex2003")
        self.lock("p", "--target", "ex2000", code=5)

    def test_interrupted_beside_another(self):
        """a second lock killed half-way: the first one stays, recovered or
        lifted"""
        before = self.before()
        self.lock("p", "--target", "ex2003,ex2000")
        alone = self.before()
        self.lock("o", "--target", "ex2003,ex55")
        both = self.before()
        self.cut_off("applied")
        self.assertIn("recover", self.lock("o", "--target", "ex2003",
                                           code=5).stderr)
        said = self.run_("lift", "p", code=5).stderr
        self.assertIn("recover first", said)
        self.run_("recover", "--over", code=0)
        self.assertEqual(self.before(), both)
        self.run_("recover", code=0)
        self.assertEqual(self.before(), alone)
        self.assertEqual(self.targets()[1]["ex2003"], (True, True, False))
        self.run_("lift", code=0)
        self.assertEqual(self.before(), before)

    def test_an_interrupted_one_ends_with_its_time(self):
        """killed while it was lifted, and while it was applied: past its end
        the next command finishes it"""
        before = self.before()
        for last in ("applied", "lifted"):
            self.run_("apply", self.path("p.ini"), "--for", "4s", "--target",
                      "ex2003", "--accept-warnings", "--skip-unsupported",
                      code=0)
            if last == "lifted":
                self.run_("lift", code=0)
            self.cut_off(last)
            self.assertTrue(self.json("status")["interrupted"])
            end = time.time() + 20
            while self.json("status")["interrupted"] and time.time() < end:
                self.run_("recover", "--over", code=0)
            self.assertEqual(self.before(), before)

    def test_an_earlier_version_is_carried_over(self):
        before = self.before()
        self.lock("p", "--target", "ex2003")
        lines = self.lines()
        self.assertEqual(lines[0], {"journal": "logongate changes",
                                    "version": 2})
        old = lines[1:]
        del old[0]["replaces"], old[0]["targets"][0]["dialect"]
        for line in old[1:]:
            del line["id"]
        self.put(old)
        self.assertEqual(self.targets()[1]["ex2003"], (True, True, False))
        self.lock("o", "--target", "ex2003")
        self.assertEqual(self.lines()[0], lines[0])
        self.run_("lift", "o", code=0)
        self.run_("lift", "p", code=0)
        self.assertEqual(self.before(), before)

    def test_a_later_version_is_refused(self):
        self.lock("p", "--target", "ex2003,here")
        lines = self.lines()
        lines[0]["version"] = 3
        self.put(lines)
        for words in (("lift",), ("recover",)):
            said = self.run_(*words, code=3).stderr
            self.assertIn("fleet.jsonl", said)
            self.assertIn("version 3", said)
        self.assertIn("version 3", " ".join(self.json("status")["loud"]))
        self.run_("lift", "--force", code=0)
        self.assertEqual(self.lines(), lines)
        lines[0]["version"] = 2
        self.put(lines)
        self.run_("recover", "--forget", "ex2003", code=0)

    def test_damage_loses_one_line_and_no_more(self):
        """each line in turn: what it was about can be put back, and nothing
        else is kept"""
        before = self.before()
        self.lock("p", "--target", "ex2003")
        self.lock("o", "--target", "ex2000,here")
        with open(self.journal, "rb") as f:
            lines = f.read().splitlines(keepends=True)
        first = [i for i, line in enumerate(lines) if b'"begin"' in line][0]
        # the beginning of a lock: its server is known by its steps
        with open(self.journal, "wb") as f:
            f.writelines(lines[:first] + [b"\xff" * 40 + b"\n"] +
                         lines[first + 1:])
        status = self.json("status")
        self.assertIn("ex2003", " ".join(status["loud"]))
        self.run_("lift", "o", code=0)
        self.assertEqual(self.values("ex2000"), before["ex2000"])
        self.lock("o", "--target", "ex55")
        self.run_("lift", "o", code=0)
        self.assertIn("recover first",
                      self.lock("o", "--target", "ex2003", code=5).stderr)
        said = self.run_("recover", code=9).stderr
        self.assertIn("recover --forget ex2003", said)
        [name] = [n for n in os.listdir(self.path("state/backups"))
                  if "ex2003" in n]
        self.run_("registry", "restore", name, "--target", "ex2003", code=0)
        self.assertEqual(self.before(), before)
        self.run_("recover", "--forget", "ex2003", code=0)
        self.assertFalse(self.json("status").get("loud"))
        # any other line: nothing is lost that cannot be put back
        self.lock("p", "--target", "ex2003,ex2000")
        with open(self.journal, "rb") as f:
            lines = f.read().splitlines(keepends=True)
        for i in range(2, len(lines)):
            with open(self.journal, "wb") as f:
                f.writelines(lines[:i] + [b"{\n"] + lines[i + 1:])
            self.run_("recover")
            if self.before() != before:
                self.run_("lift", code=0)
            self.assertEqual(self.before(), before, i)
            self.lock("p", "--target", "ex2003,ex2000")
            with open(self.journal, "rb") as f:
                lines = f.read().splitlines(keepends=True)


if __name__ == "__main__":
    unittest.main()
