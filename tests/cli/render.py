# SPDX-License-Identifier: ISC
"""Contract 7 "render": .reg files, PowerShell, and LDIF with its undo."""
import base64
import subprocess

import driver

ORG = "/o=Org/ou=Site/cn=Recipients/cn="
KEY = (r"[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIS"
       r"\ParametersSystem]")
SECTION = "\u00a7"
ZOE = "cn=Zo\u00eb,dc=x"

NAMES = f"""[profile]
description = "names"
[logon_only_as]
when_invalid = closed
allow.1 = "{ORG}postmaster"
allow.2 = "{ORG}tester"
"""

VERSIONS = """[profile]
description = "versions"
[disable_mapi_clients]
versions = "-5.65535.65535;7.0.0-11.6568.6567"
"""

PROTOCOLS = """[profile]
description = "freeze"
[protocols]
refuse = "imap, pop3"
"""


def encoded(text):
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def read_changes(text):
    """[(dn, [("delete"|"add", [values])])] of LDIF change records."""
    lines = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    records, steps = [], []
    for line in lines:
        name, _, value = line.partition(":")
        if value.startswith(":"):
            value = base64.b64decode(value[2:]).decode("utf-8")
        else:
            value = value[1:]
        if name == "dn":
            steps = []
            records.append((value, steps))
        elif name in ("delete", "add"):
            steps.append((name, []))
        elif name == "protocolSettings":
            steps[-1][1].append(value)
    return records


class Render(driver.Case):

    def setUp(self):
        super().setUp()
        for name, text in (("names", NAMES), ("versions", VERSIONS),
                           ("freeze", PROTOCOLS)):
            self.write(f"{name}.ini", text)

    def rendered(self, profile, form, *options, code=0):
        process = self.expect_bytes(code, "render",
                                    self.path(f"{profile}.ini"), "--format",
                                    form, *options)
        return process.stdout

    def expect_bytes(self, code, *words):
        process = subprocess.run(
            [driver.LOGONGATE, *words], cwd=self.folder, timeout=60,
            env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False)
        self.assertEqual(process.returncode, code, process.stderr)
        return process


class Reg(Render):

    def test_the_file_is_what_regedit_writes(self):
        data = self.rendered("versions", "reg", "--dialect", "exchange2003")
        self.assertEqual(data[:2], b"\xff\xfe")
        text = data[2:].decode("utf-16-le")
        self.assertEqual(text, "Windows Registry Editor Version 5.00\r\n\r\n"
                         + KEY + "\r\n\"Disable MAPI Clients\"="
                         "\"-5.65535.65535;7.0.0-11.6568.6567\"\r\n\r\n")

    def test_a_list_is_a_multi_string_on_5_5(self):
        text = self.rendered("names", "reg", "--dialect",
                             "exchange5.5")[2:].decode("utf-16-le")
        self.assertIn('"Logon Only As"=hex(7):2f,00,6f,00', text)

    def test_what_a_dialect_cannot_hold_exits_3_and_prints_nothing(self):
        for profile, dialect in (("names", "exchange2000"),
                                 ("names", "exchange2003"),
                                 ("names", "exchange2007"),
                                 ("versions", "exchange5.5"),
                                 ("freeze", "exchange2003")):
            self.assertEqual(self.rendered(profile, "reg", "--dialect",
                                           dialect, code=3), b"",
                             (profile, dialect))

    def test_a_target_is_rendered_as_the_settings_say(self):
        self.write("p.ini", '[profile]\ndescription = "p"\n'
                   "[disable_mapi_client_processes]\n"
                   'processes = "a.exe"\n')
        self.write("g.conf", "[target.old]\ndialect = exchange2003\n"
                   "backend = regfile\nfile = \"old.reg\"\n"
                   "[target.new]\ndialect = exchange2003\n"
                   "backend = regfile\nfile = \"new.reg\"\n"
                   "store_version = 6.5.7651.19\n")
        config = ("--config", self.path("g.conf"))
        self.rendered("p", "reg", "--target", "old", *config, code=3)
        self.assertIn("a.exe", self.rendered(
            "p", "reg", "--target", "new",
            *config)[2:].decode("utf-16-le"))
        self.rendered("p", "reg", "--target", "none", *config, code=2)

    def test_usage(self):
        self.expect(2, "render", self.path("names.ini"))
        self.expect(2, "render", self.path("names.ini"), "--format", "csv")
        self.expect(2, "render", self.path("names.ini"), "--format", "reg",
                    "--undo")
        self.expect(3, "render", self.path("missing.ini"), "--format", "reg")

    def test_allow_filter_needs_the_directory(self):
        self.write("f.ini", '[profile]\ndescription = "f"\n'
                   "[logon_only_as]\nwhen_invalid = open\n"
                   'allow_filter = "(cn=one)"\n')
        self.rendered("f", "reg", "--dialect", "exchange5.5", code=4)
        self.write("d.ldif", f"dn: cn=one,dc=x\nobjectClass: person\n"
                   f"cn: one\nlegacyExchangeDN: {ORG}one\n")
        text = self.rendered("f", "reg", "--dialect", "exchange5.5",
                             "--directory", "ldif:" + self.path("d.ldif"))
        one = ",".join(f"{byte:02x}" for byte in
                       (ORG + "one").encode("utf-16-le"))
        found = text[2:].decode("utf-16-le").replace("\\\r\n  ", "")
        self.assertIn(one, found)


class PowerShell(Render):

    def test_the_cmdlets_and_their_undo(self):
        text = self.rendered("versions", "powershell").decode("ascii")
        self.assertIn("-BlockedClientVersions $versions", text)
        self.assertIn("'-5.32767.65535;7.0.0-11.6568.6567'", text)
        self.assertIn("-BlockedClientVersions $item.BlockedClientVersions",
                      text)
        text = self.rendered("freeze", "powershell").decode("ascii")
        self.assertIn("-ImapEnabled $false -PopEnabled $false", text)
        self.assertIn("Set-ServerComponentState", text)

    def test_quotes_in_a_name_stay_quoted(self):
        self.write("q.ini", NAMES.replace("tester", "o'neil \u2019; x"))
        text = self.rendered("q", "powershell").decode("ascii")
        self.assertIn("cn=o''neil ' + [char]0x2019 + '; x')", text)

    def test_only_the_mailboxes_whom_it_concerns(self):
        self.write("s.ini", f"""[profile]
description = "s"
[applies_to]
domains = "example.org"
user.1 = "zo'e"
dn.1 = "{ORG}alice"
[disable_mapi_clients]
versions = "-5.65535.65535"
[protocols]
refuse = "imap"
""")
        self.write("g.conf", f'[gate]\nbreak_glass = "{ORG}rescue"\n')
        text = self.rendered("s", "powershell", "--config",
                             self.path("g.conf")).decode("ascii")
        self.assertIn("'zo''e'", text)
        for line in ("$concernedDomains = @(\r\n    'example.org'",
                     "-contains $mailbox.LegacyExchangeDN",
                     "$breakGlass -contains $_.LegacyExchangeDN",
                     "-MAPIBlockOutlookVersions $versions",
                     "-ImapEnabled $false"):
            self.assertIn(line, text)
        # What a whole server has would concern everybody.
        self.assertNotIn("Set-ServerComponentState", text)
        self.assertNotIn("Set-RpcClientAccess", text)
        # Chosen before anything is saved or changed.
        self.assertLess(text.index("$concernedDomains ="),
                        text.index("Export-Clixml"))
        self.write("a.ini", f"""[profile]
description = "a"
[applies_to]
dn.1 = "{ORG}alice"
""")
        text = self.rendered("a", "powershell").decode("ascii")
        self.assertIn("$locked = $mailboxes", text)
        self.assertIn("-MAPIEnabled $false -OWAEnabled $false", text)

    def test_limits_of_the_cmdlet(self):
        self.write("y.ini", VERSIONS.replace("11.6568.6567", "11.40000.0"))
        self.rendered("y", "powershell", code=3)
        many = ";".join(f"10.0.{i}000" for i in range(1, 30))
        self.write("l.ini", VERSIONS.replace(
            "-5.65535.65535;7.0.0-11.6568.6567", many))
        self.rendered("l", "powershell", code=3)


class Ldif(Render):

    EXPORT = f"""dn: cn=Postmaster,dc=x
objectClass: person
legacyExchangeDN: {ORG}Postmaster
protocolSettings:: {encoded(SECTION.join(("POP3", "1", "1")))}

dn: cn=Alice,dc=x
objectClass: person
legacyExchangeDN: {ORG}alice
protocolSettings:: {encoded(SECTION.join(("IMAP4", "1", "1", "9", "odd")))}
protocolSettings:: {encoded(SECTION.join(("Other", "1")))}

dn:: {encoded(ZOE)}
objectClass: user
legacyExchangeDN: {ORG}zoe
proxyAddresses: X500:{ORG}TESTER
mail: zoe@example.org

dn: cn=Group,dc=x
objectClass: group
legacyExchangeDN: {ORG}all

dn: cn=Outside,dc=x
objectClass: contact
objectClass: person
legacyExchangeDN: {ORG}outside
"""

    def setUp(self):
        super().setUp()
        self.export = self.write("d.ldif", self.EXPORT)
        self.directory = ("--directory", "ldif:" + self.export)

    def changes(self, profile, *options):
        text = self.rendered(profile, "ldif", *self.directory,
                             *options).decode("ascii")
        commented = "".join(line[len("# undo: "):] + "\n"
                            for line in text.splitlines()
                            if line.startswith("# undo: "))
        return read_changes(text), read_changes(commented)

    def test_a_protocol_is_switched_off_for_everybody(self):
        change, undo = self.changes("freeze")
        self.assertEqual([dn for dn, _ in change],
                         ["cn=Postmaster,dc=x", "cn=Alice,dc=x",
                          ZOE])
        alice = dict(change)["cn=Alice,dc=x"]
        self.assertEqual(alice, [
            ("delete", [SECTION.join(("IMAP4", "1", "1", "9", "odd"))]),
            ("add", [SECTION.join(("IMAP4", "0", "1", "9", "odd")),
                     SECTION.join(("POP3", "0", "1", "1", "ISO-8859-1", "0",
                                   "", "", ""))])])
        self.assertEqual(dict(undo)["cn=Alice,dc=x"],
                         [("delete", alice[1][1]), ("add", alice[0][1])])
        self.assertEqual(read_changes(self.rendered(
            "freeze", "ldif", "--undo", *self.directory).decode()), undo)

    def test_an_allow_list_switches_everything_off_for_the_others(self):
        change, _ = self.changes("names")
        # Zoe was tester once (D3), the postmaster is listed.
        self.assertEqual([dn for dn, _ in change], ["cn=Alice,dc=x"])
        off = {value.split(SECTION)[0]: value.split(SECTION)[1]
               for kind, values in change[0][1] for value in values
               if kind == "add"}
        self.assertEqual(off, {"IMAP4": "0", "POP3": "0", "HTTP": "0",
                               "MAPI": "0"})
        change, _ = self.changes("names", "--dialect", "exchange2000")
        self.assertNotIn("MAPI", str(change))

    def test_break_glass_accounts_are_not_touched(self):
        self.write("g.conf", f'[gate]\nbreak_glass = "{ORG}ALICE"\n')
        change, _ = self.changes("freeze", "--config", self.path("g.conf"))
        self.assertEqual([dn for dn, _ in change],
                         ["cn=Postmaster,dc=x", ZOE])

    def test_a_list_that_matches_nobody_fails_open_and_is_refused(self):
        self.write("o.ini", f"""[profile]
description = "o"
[logon_only_as]
when_invalid = open
allow.1 = "{ORG}nobody"
""")
        self.assertEqual(self.rendered("o", "ldif", *self.directory, code=3),
                         b"")

    def concerning(self, applies, rest="", conf=None):
        self.write("c.ini", f"[profile]\ndescription = \"c\"\n"
                            f"[applies_to]\n{applies}\n{rest}")
        options = ("--config", self.write("c.conf", conf)) if conf else ()
        return [dn for dn, _ in self.changes("c", *options)[0]]

    def test_only_the_accounts_whom_it_concerns(self):
        freeze = '[protocols]\nrefuse = "imap"\n'
        for applies, expected in (
                (f'dn.1 = "{ORG}ALICE"', ["cn=Alice,dc=x"]),
                ('user.1 = "Zoe@Example.Org"', [ZOE]),
                # An older DN of hers (D3).
                (f'dn.1 = "{ORG}tester"', [ZOE]),
                ('filter = "(mail=zoe*)"', [ZOE]),
                # Whole domains; who has no name lies in all of them.
                ('domains = "ple.org"', ["cn=Postmaster,dc=x",
                                         "cn=Alice,dc=x"]),
                ('domains = "EXAMPLE.org"', ["cn=Postmaster,dc=x",
                                             "cn=Alice,dc=x", ZOE])):
            with self.subTest(applies=applies):
                self.assertEqual(self.concerning(applies, freeze), expected)
        names = self.write("batch.txt", "".join(
            f"{ORG}p{i}\n" for i in range(1500)) + "zoe@example.org\n")
        self.assertEqual(self.concerning(f'file = "{names}"', freeze), [ZOE])
        # Alone: nobody whom it concerns gets in by anything.
        self.assertEqual(self.concerning(f'dn.1 = "{ORG}alice"'),
                         ["cn=Alice,dc=x"])
        # An allow list within it, and break-glass.
        both = f'dn.1 = "{ORG}alice"\nuser.1 = "zoe@example.org"'
        self.assertEqual(self.concerning(both, f"""[logon_only_as]
when_invalid = closed
allow.1 = "{ORG}alice"
"""), [ZOE])
        self.assertEqual(self.concerning(
            both, freeze, f'[gate]\nbreak_glass = "{ORG}alice"\n'), [ZOE])

    def test_a_lock_that_concerns_no_mailbox_is_refused(self):
        self.write("n.ini", """[profile]
description = "n"
[applies_to]
user.1 = "nobody@example.org"
""")
        self.assertEqual(self.rendered("n", "ldif", *self.directory, code=3),
                         b"")

    def test_what_the_attribute_cannot_say_is_refused(self):
        self.assertEqual(self.rendered("versions", "ldif", *self.directory,
                                       code=3), b"")
        self.rendered("freeze", "ldif", code=4)
        self.rendered("freeze", "ldif", "--directory",
                      "ldif:" + self.path("none"), code=4)


driver.main()
