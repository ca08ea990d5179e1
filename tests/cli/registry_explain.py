# SPDX-License-Identifier: ISC
"""Contract 4: registry explain and dialects say in words what a store does."""
import unittest

import driver

A = "/o=Org/ou=Site/cn=Recipients/cn=a"
PARAMETERS = ("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\"
              "MSExchangeIS\\ParametersSystem")
OTHER = PARAMETERS.rsplit("\\", 1)[0]
LDIF = f"""dn: CN=a,DC=example,DC=org
cn: a
legacyExchangeDN: {A}
"""
E55 = """The set of folders could not be opened. The attempt to log on to the
Microsoft Exchange Server has failed.""".replace("\n", " ")


def multi(*texts):
    data = "".join(t + "\0" for t in texts) + "\0"
    return "hex(7):" + ",".join(f"{b:02x}" for b in data.encode("utf-16-le"))


class Test(driver.Case):

    def explain(self, dialect, values, *words, key=PARAMETERS, code=0):
        text = f"Windows Registry Editor Version 5.00\n\n[{key}]\n{values}\n"
        done = self.expect(code, "registry", "explain", "-", "--dialect",
                           dialect, "--json", *words, stdin=text.encode())
        plain = self.expect(code, "registry", "explain", "-", "--dialect",
                            dialect, *words, stdin=text.encode())
        self.assertTrue(plain.out.startswith(done.json["verdict"][0]), plain)
        return done.json

    def test_L10_the_fail_open_trap_is_the_first_line(self):
        self.write("d.ldif", LDIF)
        told = self.explain("exchange2000", '"Logon Only As"="/o=Org/cn=x"',
                            "--directory", "ldif:d.ldif")
        self.assertTrue(told["fails_open"])
        self.assertEqual(told["gate"], "off")
        self.assertIn("EVERYBODY GETS IN", told["verdict"][0])
        told = self.explain("exchange2000", f'"Logon Only As"="{A}"',
                            "--directory", "ldif:d.ldif")
        self.assertFalse(told["fails_open"])
        self.assertEqual(told["verdict"][0],
                         "Only the listed accounts get in")
        told = self.explain("exchange2000", '"Logon Only As"=""')
        self.assertIn("EVERYBODY GETS IN", told["verdict"][0])

    def test_L17_without_a_directory_both_answers_are_told(self):
        told = self.explain("exchange2000", f'"Logon Only As"="{A}"')
        self.assertTrue(told["fails_open"])
        self.assertIn("EVERYBODY GETS IN if none", told["verdict"][0])
        told = self.explain("exchange5.5", f'"Logon Only As"={multi(A)}')
        self.assertFalse(told["fails_open"])

    def test_L4_a_blank_list_of_55_admits_nobody(self):
        told = self.explain("exchange5.5", '"Logon Only As"=hex(7):00,00')
        self.assertEqual(told["gate"], "nobody")
        self.assertIn("NOBODY GETS IN", told["verdict"][0])

    def test_L2_the_other_key_is_read_with_a_warning(self):
        told = self.explain("exchange5.5", f'"Logon Only As"={multi(A)}',
                            key=OTHER)
        self.assertTrue(told["other_key"])
        self.assertEqual(told["gate"], "listed")
        self.assertFalse(self.explain("exchange5.5", "")["other_key"])

    def warned(self, told):
        return [w["text"] for w in told["warnings"]
                if w["code"] == "unread-key"]

    def test_a_numbered_control_set_is_read_with_a_remark(self):
        key = PARAMETERS.replace("CurrentControlSet", "ControlSet002")
        told = self.explain("exchange5.5", f'"Logon Only As"={multi(A)}',
                            key=key)
        self.assertEqual(told["gate"], "listed")
        self.assertIn("ControlSet002", self.warned(told)[0])
        told = self.explain("exchange5.5", f'"Logon Only As"={multi(A)}',
                            key=key.replace("002", "004"))
        self.assertEqual(told["gate"], "off")

    def test_near_misses_are_told(self):
        for name in ("LogonOnlyAs", "Disable MAPI Client",
                     "disable mapi client process"):
            told = self.explain("exchange2003", f'"{name}"="x"')
            self.assertIn(f'no store reads "{name}"', self.warned(told)[0])
        told = self.explain("exchange5.5", f'"Logon Only As"={multi(A)}',
                            key=OTHER + "\\Parameters System")
        self.assertIn("in one word", self.warned(told)[0])
        self.assertEqual(told["gate"], "off")
        self.assertEqual(
            self.warned(self.explain("exchange5.5", '"Site"="x"')), [])

    def test_a_blank_string_within_a_list_is_told(self):
        told = self.explain("exchange5.5",
                            f'"Logon Only As"={multi(A, "", A + "2")}')
        self.assertIn("regedit shows and saves none",
                      " ".join(w["text"] for w in told["warnings"]))
        told = self.explain("exchange5.5", f'"Logon Only As"={multi(A, "")}')
        self.assertNotIn("regedit shows",
                         " ".join(w["text"] for w in told["warnings"]))

    def test_regedit4_is_read_in_its_code_page(self):
        dn = A + "\u0446"
        text = (f"REGEDIT4\r\n\r\n[{PARAMETERS}]\r\n"
                f'"Disable MAPI Client Processes"="{dn[-1]}.exe"\r\n')
        self.write("old.reg", "")
        with open(self.path("old.reg"), "wb") as file:
            file.write(text.encode("cp1251"))
        for words, said in ((("--codepage", "1251"), "\u0446.exe"),
                            ((), "\u00f6.exe")):
            done = self.expect(0, "registry", "explain", "old.reg",
                               "--dialect", "exchange2003", *words)
            self.assertIn(said, done.out)
        for page, said in (("932", "two bytes"), ("77", "does not know"),
                           ("x", "not a code page")):
            done = self.expect(3, "registry", "explain", "old.reg",
                               "--codepage", page)
            self.assertIn(said, done.err)

    def test_L18_a_list_on_2003_is_read_over(self):
        told = self.explain("exchange2003", f'"Logon Only As"="{A}"')
        self.assertIn("EVERYBODY GETS IN", told["verdict"][0])

    def test_a_value_that_does_not_parse_is_told_and_exits_3(self):
        told = self.explain("exchange2003", '"Disable MAPI Clients"="5.0"',
                            code=3)
        self.assertEqual(len(told["errors"]), 1)
        self.assertIn("Disable MAPI Clients", told["errors"][0])
        # It is not called blocked in one line and absent in another.
        self.assertIn("counts as absent", " ".join(told["verdict"]))
        self.assertNotIn("versions are blocked", " ".join(told["verdict"]))

    def test_a_file_that_does_not_read_exits_3(self):
        self.write("a.reg", "REGEDIT5\n")
        done = self.expect(3, "registry", "explain", "a.reg")
        self.assertIn("a.reg:1: ", done.err)
        self.assertEqual(done.out, "")

    def test_control_characters_do_not_reach_the_terminal(self):
        values = '"Disable MAPI Clients"=hex(1):1b,00,5b,00,00,00'
        text = f"Windows Registry Editor Version 5.00\n\n[{PARAMETERS}]\n"
        done = self.expect(3, "registry", "explain", "-",
                           stdin=(text + values + "\n").encode())
        self.assertNotIn("\x1b", done.out)

    def dialect(self, name):
        done = self.expect(0, "dialects", "--json", "--dialect", name)
        return done.json["dialects"][0]

    def fact(self, name, row):
        return [f for f in self.dialect(name)["facts"] if f["row"] == row][0]

    def test_dialects_lists_all_five(self):
        names = [d["name"] for d in
                 self.expect(0, "dialects", "--json").json["dialects"]]
        self.assertEqual(names, ["gate", "exchange5.5", "exchange2000",
                                 "exchange2003", "exchange2007"])
        text = self.expect(0, "dialects").out
        for name in names:
            self.assertIn(name, text)

    def test_L9_the_second_value_is_shown_as_unknown(self):
        self.assertEqual(self.fact("exchange2000", "L9")["status"], "unknown")
        self.assertIn("UNKNOWN", self.expect(0, "dialects").out)

    def test_L19_L20_L21_what_55_tells_and_logs(self):
        self.assertIn(E55, self.fact("exchange5.5", "L19")["text"])
        self.assertIn("1023", self.fact("exchange5.5", "L20")["text"])
        self.assertIn("1998", self.fact("exchange5.5", "L21")["text"])

    def test_E1_E2_E3_E4_what_refused_clients_read(self):
        self.assertIn("has blocked the version of Outlook that you are using",
                      self.fact("exchange2007", "E1")["text"])
        self.assertIn("Connection to Microsoft Exchange has been lost.",
                      self.fact("exchange2003", "E2")["text"])
        self.assertIn("0x80040111", self.fact("exchange2000", "E3")["text"])
        self.assertIn("500", self.fact("exchange2000", "E4")["text"])

    def test_V13_V14_T4_T7_I1_limits_are_told(self):
        for name, row in (("exchange2007", "V13"), ("exchange2003", "V14"),
                          ("exchange2003", "T4"), ("exchange2000", "T7"),
                          ("exchange5.5", "I1")):
            self.assertTrue(self.fact(name, row)["text"], row)

    def test_the_table_says_when_and_how(self):
        told = {name: self.dialect(name)
                for name in ("gate", "exchange5.5", "exchange2000",
                             "exchange2003", "exchange2007")}
        self.assertEqual({n: d["takes_effect"] for n, d in told.items()},
                         {"gate": "at-once", "exchange5.5": "restart",
                          "exchange2000": "restart", "exchange2003": "poll",
                          "exchange2007": "poll"})
        self.assertEqual({n: d["logon_only_as"] for n, d in told.items()},
                         {"gate": "list", "exchange5.5": "list",
                          "exchange2000": "single", "exchange2003": "none",
                          "exchange2007": "none"})
        self.assertEqual(told["exchange2007"]["system_versions"], [6, 8])
        self.assertEqual(told["exchange5.5"]["when_invalid"], "closed")
        self.assertTrue(told["exchange2003"]["processes"])


if __name__ == "__main__":
    unittest.main()
