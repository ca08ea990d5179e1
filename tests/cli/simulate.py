# SPDX-License-Identifier: ISC
"""Contract 5 and 7 "simulate": event lists reasoned from the table by hand."""
import unittest

import driver

A = "/o=Org/ou=Site/cn=Recipients/cn=a"
B = "/o=Org/ou=Site/cn=Recipients/cn=b"
SA = ("/o=Org/ou=Site/cn=Configuration/cn=Servers/cn=EX1/"
      "cn=Microsoft System Attendant")
LDIF = f"""dn: CN=a,DC=example,DC=org
cn: a
legacyExchangeDN: {A}
mail: a@example.org
"""


def read(t, gate):
    return {"t": t, "event": "read", "gate": gate}


def logon(t, name, reason="none"):
    return {"t": t, "event": "logon", "id": name, "reason": reason,
            "verdict": "admit" if reason == "none" else "refuse"}


def cut(t, name, reason="restart"):
    return {"t": t, "event": "cut", "id": name, "reason": reason}


class Test(driver.Case):

    def plays(self, dialect, script, events, *words):
        done = self.expect(0, "simulate", "--dialect", dialect, "-", *words,
                           stdin=script.encode())
        got = done.lines
        for event in got:
            if event["event"] == "error":
                self.assertTrue(event.pop("text"))
        self.assertEqual(got, events, script)

    def test_T1_55_reads_at_a_restart_and_a_blank_list_admits_nobody(self):
        self.plays("exchange5.5", f"""
            10 logon x dn={A}
            20 set 'Logon Only As' REG_MULTI_SZ ''
            3000 logon y dn={A}
            3600 restart
            3601 logon z dn={A}
            3602 delete "Logon Only As"
            3603 logon z dn={A}
            3700 restart
            3701 logon z dn={A}
            """, [read(0, "off"), logon(10, "x"), logon(3000, "y"),
                  cut(3600, "x"), cut(3600, "y"), read(3600, "nobody"),
                  logon(3601, "z", "nobody"), logon(3603, "z", "nobody"),
                  read(3700, "off"), logon(3701, "z")])

    def test_L3_L5_L6_55_admits_all_listed_and_exempts_nobody(self):
        self.plays("exchange5.5", f"""
            0 set "Logon Only As" REG_MULTI_SZ {A} {B}
            0 restart
            1 logon a dn={A.upper()}
            2 logon b dn={B}
            3 logon c dn=/o=Org/cn=c
            4 logon d dn="{SA}"
            5 logon e
            """, [read(0, "off"), read(0, "listed"), logon(1, "a"),
                  logon(2, "b"), logon(3, "c", "not-listed"),
                  logon(4, "d", "not-listed"), logon(5, "e", "not-listed")])

    def test_L13_55_a_zero_is_an_entry_that_matches_nobody(self):
        self.plays("exchange5.5", f"""
            0 set "Logon Only As" REG_MULTI_SZ 0
            0 restart
            1 logon a dn={A}
            1 logon a dn=0
            """, [read(0, "off"), read(0, "listed"),
                  logon(1, "a", "not-listed"), logon(1, "a", "not-listed")])

    def test_55_reads_over_the_disable_values(self):
        self.plays("exchange5.5", """
            0 set "Disable MAPI Clients" REG_SZ nonsense
            0 set "Disable MAPI Client Processes" REG_MULTI_SZ a.exe
            0 restart
            1 logon a version=5.2819.0 process=a.exe
            """, [read(0, "off"), read(0, "off"), logon(1, "a")])

    def test_L10_2000_fails_open_on_a_dn_that_matches_no_object(self):
        self.write("d.ldif", LDIF)
        self.plays("exchange2000", f"""
            1 set "Logon Only As" REG_SZ {B}
            2 restart
            3 logon x dn=/o=Org/cn=x
            4 set "Logon Only As" REG_SZ {A}
            5 restart
            6 logon x dn=/o=Org/cn=x
            7 logon a dn={A}
            8 logon sa dn="{SA}"
            9 set "Logon Only As" REG_SZ ""
            10 restart
            11 logon x dn=/o=Org/cn=x
            """, [read(0, "off"), read(2, "off"), logon(3, "x"), cut(5, "x"),
                  read(5, "listed"), logon(6, "x", "not-listed"),
                  logon(7, "a"), logon(8, "sa"), cut(10, "a"), cut(10, "sa"),
                  read(10, "off"), logon(11, "x")],
            "--directory", "ldif:d.ldif")

    def test_L11_2000_ends_the_lock_on_0_at_the_next_restart(self):
        self.plays("exchange2000", f"""
            0 set "Logon Only As" REG_SZ {A}
            0 restart
            1 logon b dn={B}
            2 set "Logon Only As" REG_SZ 0
            3 logon b dn={B}
            4 restart
            5 logon b dn={B}
            """, [read(0, "off"), read(0, "listed"),
                  logon(1, "b", "not-listed"), logon(3, "b", "not-listed"),
                  read(4, "off"), logon(5, "b")])

    def test_2000_errors_on_a_list_and_counts_it_absent(self):
        self.plays("exchange2000", f"""
            0 set "Logon Only As" REG_MULTI_SZ {A}
            0 restart
            1 logon b dn={B}
            """, [read(0, "off"), read(0, "off"), {"t": 0, "event": "error"},
                  logon(1, "b")])

    def test_T2_T3_2003_polls_cuts_and_keeps_what_was_in_force(self):
        self.plays("exchange2003", """
            1 logon old version=5.2819.0
            2 logon new version=11.5608.0
            100 set "Disable MAPI Clients" REG_SZ -5.65535.65535
            899 logon older version=4.994.0
            900 logon late version=5.2819.0
            1000 set "Disable MAPI Clients" REG_SZ -5.65535
            1800 logon late version=5.2819.0
            1900 delete "Disable MAPI Clients"
            2700 end
            """, [read(0, "off"), logon(1, "old"), logon(2, "new"),
                  logon(899, "older"), read(900, "off"),
                  cut(900, "old", "version-blocked"),
                  cut(900, "older", "version-blocked"),
                  logon(900, "late", "version-blocked"), read(1800, "off"),
                  {"t": 1800, "event": "error"},
                  logon(1800, "late", "version-blocked"), read(2700, "off")])

    def test_T5_a_restart_applies_at_once_and_polls_count_from_it(self):
        self.plays("exchange2003", """
            1 logon x version=5.0.0
            100 set "Disable MAPI Clients" REG_SZ 5.0.0
            200 restart
            201 logon x version=5.0.0
            1099 end
            """, [read(0, "off"), logon(1, "x"), cut(200, "x"),
                  read(200, "off"), logon(201, "x", "version-blocked")])
        self.plays("exchange2007", "100 restart\n1000 end\n",
                   [read(0, "off"), read(100, "off"), read(1000, "off")])

    def test_P1_P4_2003_blocks_processes_of_clients_from_11_on(self):
        self.plays("exchange2003", """
            0 set "Disable MAPI Client Processes" REG_SZ "a.exe; B.exe"
            900 logon x process=A.EXE version=11.5608.0
            901 logon y process='C:\\Program Files\\b.exe' version=12.4518.1014
            902 logon z process=a.exe version=10.0.2627
            903 logon u process=a.exe
            904 logon v version=11.5608.0
            905 logon w process=a.exe version=11.5608.0 protocol=imap
            """, [read(0, "off"), read(900, "off"),
                  logon(900, "x", "process-blocked"),
                  logon(901, "y", "process-blocked"), logon(902, "z"),
                  logon(903, "u", "process-blocked"), logon(904, "v"),
                  logon(905, "w")])

    def test_P2_2007_knows_no_processes_and_no_list(self):
        self.plays("exchange2007", f"""
            0 set "Disable MAPI Client Processes" REG_SZ "///"
            0 set "Logon Only As" REG_SZ {A}
            0 restart
            1 logon x process=a.exe version=12.4518.1014 dn={B}
            """, [read(0, "off"), read(0, "off"), logon(1, "x")])

    def test_T6_the_gate_reads_at_every_change(self):
        self.plays("gate", f"""
            1 logon b dn={B}
            2 set "Logon Only As" REG_MULTI_SZ {A}
            3 logon b dn={B}
            4 logon a dn={A}
            5 set "When Invalid" REG_SZ closed
            6 set "Logon Only As" REG_MULTI_SZ
            7 delete "When Invalid"
            8 set "Logon Only As" REG_SZ {A}
            9 restart
            """, [read(0, "off"), logon(1, "b"), read(2, "listed"),
                  cut(2, "b", "not-listed"), logon(3, "b", "not-listed"),
                  logon(4, "a"), read(5, "listed"), read(6, "nobody"),
                  cut(6, "a", "nobody"), read(7, "off"), read(8, "off"),
                  {"t": 8, "event": "error"}, read(9, "off"),
                  {"t": 9, "event": "error"}])

    def test_I4_the_gate_refuses_by_protocol(self):
        self.plays("gate", """
            0 logon m protocol=imap
            0 set "Refuse Protocols" REG_SZ "imap, login"
            1 logon l protocol=login
            2 logon p protocol=pop3
            """, [read(0, "off"), logon(0, "m"), read(0, "off"),
                  cut(0, "m", "protocol-refused"),
                  logon(1, "l", "protocol-refused"), logon(2, "p")])

    def test_a_script_that_does_not_parse_prints_nothing(self):
        for number, script in ((1, "x restart"), (1, "1"), (2, "5 end\n4 end"),
                               (2, "5 end\n5 end"), (1, "1 logon"),
                               (1, "1 set A REG_SZ"), (1, "1 restart now"),
                               (1, "1 set A REG_SZ a b"),
                               (1, "1 set A REG_DWORD 1"),
                               (1, "1 delete 'A"), (1, "1 fly"),
                               (1, "1.5 restart"), (1, "-1 restart"),
                               (1, "1 logon x version=5.0"),
                               (1, "1 logon x protocol=ftp"),
                               (1, "1 logon x colour=red"),
                               (1, "1 logon x dn=a dn=b"),
                               (1, "1 delete A\\"), (1, "9999999999 end"),
                               (2, "0 restart\n1 set A REG_SZ \xff")):
            data = script.encode("latin-1")
            done = self.expect(3, "simulate", "-", stdin=data)
            self.assertEqual(done.out, "", script)
            self.assertIn(f"stdin:{number}: ", done.err, script)
            self.assertEqual(done.err.count("\n"), 1, script)

    def test_nothing_is_a_store_that_starts(self):
        self.plays("gate", "", [read(0, "off")])
        self.plays("gate", "\n# only a comment\n   \n", [read(0, "off")])

    def test_a_directory_that_is_not_there_is_exit_4(self):
        done = self.expect(
            4, "simulate", "--directory", "ldif:none", "-", "--dialect",
            "exchange2000",
            stdin=f"0 set 'Logon Only As' REG_SZ {A}".encode())
        self.assertEqual(done.out, "")

    def test_a_file_is_named_in_errors(self):
        self.write("s.txt", "0 restart\n\n1 fly\n")
        done = self.expect(3, "simulate", "s.txt")
        self.assertIn("s.txt:3: ", done.err)
        done = self.expect(3, "simulate", "none.txt")
        self.assertIn("none.txt", done.err)

    def test_a_profile_is_told_as_a_timeline(self):
        self.write("p.ini", f"""[profile]
description = "x"
[logon_only_as]
when_invalid = open
allow.1 = "{A}"
[disable_mapi_clients]
versions = "-5.65535.65535"
[protocols]
refuse = "imap"
""")
        done = self.expect(0, "simulate", "--profile", "./p.ini", "--for",
                           "2h")
        self.assertIn("+0:00:00  the values are written: ", done.out)
        self.assertIn("+0:00:00  CUT (not-listed): unlisted", done.out)
        self.assertIn("CUT (version-blocked): Outlook-97, ", done.out)
        self.assertIn("+2:00:00  the values are taken back", done.out)
        self.assertRegex(done.out, r"\+2:16:00  logs on: listed, unlisted, ")
        lines = self.expect(0, "simulate", "--profile", "./p.ini", "--for",
                            "2h", "--json").lines
        self.assertEqual(lines[0], read(0, "off"))
        # I1: what 2003 cannot hold is refused; without it the rest is told.
        self.expect(3, "simulate", "--profile", "./p.ini", "--for", "2h",
                    "--dialect", "exchange2003")
        done = self.expect(0, "simulate", "--profile", "./p.ini", "--for",
                           "2h", "--dialect", "exchange2003",
                           "--skip-unsupported")
        self.assertIn("+0:13:00  CUT (version-blocked): Outlook-97",
                      done.out)
        self.assertIn("+2:13:00  the store reads its values: gate off",
                      done.out)
        self.expect(2, "simulate", "--profile", "./p.ini")
        self.expect(2, "simulate", "--profile", "./p.ini", "-")
        self.expect(2, "simulate", "--for", "2h", "-")
        self.expect(2, "simulate")


if __name__ == "__main__":
    unittest.main()
