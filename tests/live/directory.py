# SPDX-License-Identifier: ISC
"""The LDAP directory against real servers: what it finds, and that a server
that is stopped, slow, half-open, refused or of a wrong certificate is "could
not ask" in time, and never "not there"."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import slapd      # noqa: E402
import tarpit     # noqa: E402
from exchange_people import BASE, DN, TOP  # noqa: E402

BUILD = os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "tests")
SMTP_ONLY = "attributes=mail,uid"
TIMEOUT = 1.0
# Beside the time that servers may take: starting the program, a busy machine.
SLACK = 1.5


class Said:
    """What ask_directory printed."""

    def __init__(self, text):
        first, _, rest = text.partition("\n")
        self.status, self.place, self.text, milliseconds = first.split("\t")
        self.seconds = int(milliseconds) / 1000
        self.accounts = [line.split("\t") for line in rest.splitlines()
                         if "\t" in line and not line.startswith("filter\t")]

    def __repr__(self):
        return f"{self.status} {self.place} {self.text} {self.seconds} s"

    def findings(self):
        return [account[1] for account in self.accounts]

    def logins(self, number):
        return self.accounts[number][7:]


def ask(*arguments, **settings):
    settings.setdefault("base", BASE)
    settings.setdefault("timeout_ms", int(TIMEOUT * 1000))
    # Called once, when some names are answered.
    when_some = settings.pop("when_some", None)
    command = [*settings.pop("prefix", []),
               os.path.join(BUILD, "ask_directory"), *arguments]
    command += [f"{key}={value}" for key, value in settings.items()]
    # attributes is repeated by none of the tests but may be given above.
    if not any(a.startswith("attributes=") for a in arguments):
        command.append("attributes=mail,userPrincipalName,sAMAccountName,"
                       "uid,proxyAddresses")
    if when_some:
        command.append("progress=1")
    with tempfile.TemporaryFile("w+") as out, subprocess.Popen(
            command, stdout=out, stderr=subprocess.PIPE, text=True) as run:
        for line in run.stderr:
            if when_some and line[0].isdigit():
                if int(line.split()[0]) > 0:
                    when_some()
                    when_some = None
            elif not line[0].isdigit():
                print(line, end="")
        run.wait(60)
        out.seek(0)
        if run.returncode:
            raise RuntimeError(f"{command}: {run.returncode}")
        return Said(out.read())


def person(uid, *lines, suffix=BASE):
    # slapadd wants the values of one attribute together.
    classes = [line for line in lines if line.startswith("objectClass:")]
    others = [line for line in lines if line not in classes]
    return "\n".join([f"dn: uid={uid},{suffix}", "objectClass: inetOrgPerson",
                      *classes, f"uid: {uid}", f"cn: {uid}", f"sn: {uid}",
                      *others]) + "\n\n"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = []
        cls.place = tempfile.TemporaryDirectory(prefix="lgd")
        cls.folder = cls.place.name

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers:
            server.kill()
        cls.place.cleanup()

    @classmethod
    def slapd(cls, ldif, **options):
        folder = tempfile.mkdtemp(dir=cls.folder)
        server = slapd.Slapd(folder, ldif, **options)
        cls.servers.append(server)
        return server

    @classmethod
    def file(cls, name, text, mode=0o600):
        path = os.path.join(cls.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(path, mode)
        return path

    def could_not_ask(self, said, within=TIMEOUT):
        self.assertIn(said.status, ("directory", "timeout"), said)
        self.assertEqual(said.accounts, [])
        self.assertLess(said.seconds, within + SLACK, said)
        self.assertTrue(said.text)

    def found(self, said, *findings):
        self.assertEqual(said.status, "ok", said)
        self.assertEqual(said.findings(), list(findings))


class Suite(Case):
    """The contract suite, over each way to a server; and failures of TLS."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ca = os.path.join(cls.folder, "ca")
        slapd.make_ca(cls.ca)
        cls.entries = subprocess.run([os.path.join(BUILD, "entries_ldif")],
                                     capture_output=True, text=True,
                                     check=True).stdout
        cls.server = cls.slapd(cls.entries, tls=cls.tls("server"))
        cls.password = cls.file("password", slapd.PASSWORD + "\n")
        cls.bound = {"bind_dn": slapd.ADMIN, "password_file": cls.password}

    @classmethod
    def tls(cls, name, ca="ca"):
        return (os.path.join(cls.ca, name + ".pem"),
                os.path.join(cls.ca, name + ".key"),
                os.path.join(cls.ca, ca + ".pem"))

    def run_suite(self, uri, tls, bind_dn=slapd.ADMIN):
        try:
            done = subprocess.run(
                [os.path.join(BUILD, "directory_suite_ldap"),
                 str(self.server.pid), uri, tls, bind_dn, self.password,
                 os.path.join(self.ca, "ca.pem")],
                capture_output=True, text=True, timeout=60, check=False)
        finally:
            self.server.go_on()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_suite_on_a_loopback_line(self):
        self.run_suite(self.server.uri, "none")

    def test_suite_over_starttls(self):
        self.run_suite(self.server.uri, "starttls")

    def test_suite_over_ldaps(self):
        self.run_suite(self.server.tls_uri, "demand")

    def test_suite_over_a_socket_as_external(self):
        self.run_suite(self.server.socket_uri, "demand", "external")

    def test_demand_wants_tls_of_a_plain_address_too(self):
        said = ask(f"dn={DN}anna", uri=self.server.uri, tls="demand",
                   ca_file=self.tls("server")[2], **self.bound)
        self.found(said, "one")

    def test_strange_ca_is_could_not_ask(self):
        stranger = os.path.join(self.ca, "stranger.pem")
        for uri, tls in ((self.server.tls_uri, "demand"),
                         (self.server.uri, "starttls")):
            said = ask(f"dn={DN}anna", uri=uri, tls=tls, ca_file=stranger,
                       **self.bound)
            self.could_not_ask(said)
            self.assertIn("certificate", said.text)

    def test_wrong_certificates_are_could_not_ask(self):
        for name in ("wrongname", "expired", "strange"):
            server = self.slapd(self.entries, tls=self.tls(name))
            for uri, tls in ((server.tls_uri, "demand"),
                             (server.uri, "starttls")):
                with self.subTest(certificate=name, tls=tls):
                    said = ask(f"dn={DN}anna", uri=uri, tls=tls,
                               ca_file=self.tls(name)[2], **self.bound)
                    self.could_not_ask(said)
                    self.assertIn("certificate", said.text)
            # The same server answers where nothing is checked.
            self.found(ask(f"dn={DN}anna", uri=server.uri, tls="none",
                           **self.bound), "one")
            server.kill()

    def test_a_users_own_settings_do_not_weaken_tls(self):
        """LDAPTLS_REQCERT=never in the environment is set back."""
        os.environ["LDAPTLS_REQCERT"] = "never"
        try:
            said = ask(f"dn={DN}anna", uri=self.server.tls_uri,
                       ca_file=os.path.join(self.ca, "stranger.pem"),
                       **self.bound)
        finally:
            del os.environ["LDAPTLS_REQCERT"]
        self.could_not_ask(said)

    def test_stopped_server_is_could_not_ask_in_time(self):
        self.server.pause()
        try:
            for uri, tls in ((self.server.uri, "none"),
                             (self.server.uri, "starttls"),
                             (self.server.tls_uri, "demand"),
                             (self.server.socket_uri, "none")):
                with self.subTest(uri=uri, tls=tls):
                    self.could_not_ask(
                        ask(f"dn={DN}anna", uri=uri, tls=tls,
                            ca_file=self.tls("server")[2], **self.bound))
        finally:
            self.server.go_on()

    def test_refused_server_is_could_not_ask_at_once(self):
        port = slapd.free_port()
        for scheme, tls in (("ldap", "none"), ("ldaps", "none"),
                            ("ldap", "starttls")):
            said = ask(f"dn={DN}anna", tls=tls,
                       uri=f"{scheme}://127.0.0.1:{port}")
            self.could_not_ask(said, within=0.2)
            # TLS has nothing to do with it.
            self.assertNotIn("StartTLS", said.text)
            self.assertIn("it is down", said.text)

    def test_bad_servers_are_could_not_ask_in_time(self):
        for kind in tarpit.KINDS:
            port = tarpit.start(kind)
            for scheme, tls in (("ldap", "none"), ("ldap", "starttls"),
                                ("ldaps", "demand")):
                with self.subTest(kind=kind, scheme=scheme, tls=tls):
                    self.could_not_ask(
                        ask(f"dn={DN}anna", tls=tls,
                            uri=f"{scheme}://127.0.0.1:{port}"))

    def test_silent_servers_cost_their_time_each(self):
        uri = " ".join(f"ldap://127.0.0.1:{tarpit.start('silent')}"
                       for _ in range(3))
        said = ask(f"dn={DN}anna", tls="none", uri=uri)
        self.could_not_ask(said, within=3 * TIMEOUT)
        self.assertGreaterEqual(said.seconds, 3 * TIMEOUT * 0.9)
        self.assertIn("3 servers", said.text)

    def test_next_server_is_asked(self):
        bad = [f"ldap://127.0.0.1:{slapd.free_port()}"]
        bad += [f"ldap://127.0.0.1:{tarpit.start(kind)}"
                for kind in ("silent", "dies", "garbage")]
        said = ask(f"dn={DN}anna", f"dn={DN}nobody", tls="none",
                   uri=" ".join(bad + [self.server.uri]), **self.bound)
        self.found(said, "one", "none")
        self.assertLess(said.seconds, 3 * TIMEOUT + SLACK)

    def test_servers_are_asked_in_their_order(self):
        said = ask(f"dn={DN}anna", tls="none", **self.bound,
                   uri=f"{self.server.uri} "
                       f"ldap://127.0.0.1:{tarpit.start('silent')}")
        self.found(said, "one")
        self.assertLess(said.seconds, 0.9)

    def test_wrong_password_is_could_not_ask(self):
        wrong = self.file("wrong", "wrong")
        said = ask(f"dn={DN}anna", uri=self.server.uri, tls="none",
                   bind_dn=slapd.ADMIN, password_file=wrong)
        self.could_not_ask(said)
        self.assertIn("credentials", said.text)

    def test_password_files_are_refused_by_name(self):
        rows = (("open", "x", 0o644, "io"),
                ("writable", "x", 0o602, "io"),
                ("group", "x", 0o640, "io"),
                ("empty", "\n", 0o600, "syntax"),
                ("lines", "a\nb\n", 0o600, "syntax"))
        for name, text, mode, status in rows:
            with self.subTest(name=name):
                path = self.file(name, text, mode)
                said = ask(f"dn={DN}anna", uri=self.server.uri, tls="none",
                           bind_dn=slapd.ADMIN, password_file=path)
                self.assertEqual(said.status, status, said)
                self.assertEqual(said.place, path)
        said = ask(uri=self.server.uri, bind_dn=slapd.ADMIN,
                   password_file=self.folder + "/absent")
        self.assertEqual((said.status, said.place),
                         ("io", self.folder + "/absent"))

    def test_password_goes_over_no_open_line(self):
        for host in ("192.0.2.1", "example.org", "128.0.0.1"):
            said = ask(f"dn={DN}anna", uri=f"ldap://{host}", tls="none",
                       **self.bound)
            self.assertEqual(said.status, "conflict", said)

    def test_ca_files_are_refused_by_name(self):
        absent = self.folder + "/no-ca"
        said = ask(uri=self.server.tls_uri, ca_file=absent)
        self.assertEqual((said.status, said.place), ("io", absent))
        odd = self.file("odd-ca", "not a certificate\n")
        said = ask(uri=self.server.tls_uri, ca_file=odd)
        self.assertEqual((said.status, said.place), ("syntax", odd))

    def test_addresses_are_refused(self):
        for uri in ("", "http://x", "ldap:/x", "cldap://x", "x"):
            said = ask(uri=uri)
            self.assertEqual(said.status, "syntax", said)

    def test_base_that_is_not_there_is_could_not_ask(self):
        said = ask(f"dn={DN}anna", uri=self.server.uri, tls="none",
                   base="ou=Nowhere," + slapd.SUFFIX, **self.bound)
        self.could_not_ask(said)

    def test_anonymous_where_nothing_is_shown_is_could_not_ask(self):
        said = ask(f"dn={DN}anna", uri=self.server.uri, tls="none")
        self.could_not_ask(said)

    def test_zero_entries_for_everything_is_could_not_ask(self):
        """Entries that may be searched but not read: success, no entry."""
        server = self.slapd(
            self.entries,
            access=f'access to * by dn.exact="{slapd.ADMIN}" write '
                   "by anonymous search")
        for name in ("dn=" + DN + "anna", "user=anna", "filter=(uid=anna)"):
            said = ask(name, uri=server.uri, tls="none")
            self.could_not_ask(said)
            self.assertIn("shows no entry", said.text)

    def test_anonymous_where_all_is_shown_is_believed(self):
        server = self.slapd(self.entries, access=slapd.READABLE)
        # With each allocation failing in turn, too.
        subprocess.run([os.path.join(BUILD, "directory_allocation"),
                        server.uri], check=True, stdout=subprocess.DEVNULL)
        self.found(ask(f"dn={DN}nobody", uri=server.uri, tls="none"), "none")
        self.found(ask(f"dn={DN}anna", uri=server.uri, tls="none"), "one")


    def test_command(self):
        """logongate verify, by a settings file."""
        program = os.path.join(os.environ["LOGONGATE_BIN_DIR"], "logongate")
        settings = self.file("gate.conf", f"""[directory]
uri = "{self.server.tls_uri}"
base = "{BASE}"
bind_dn = "{slapd.ADMIN}"
password_file = "{self.password}"
ca_file = "{self.tls('server')[2]}"
timeout_s = 1
""")
        command = [program, "verify", "--json", "--config", settings,
                   DN + "anna", DN + "nobody"]

        def verify():
            start = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True,
                                  timeout=30, check=False)
            return (done.returncode, time.monotonic() - start,
                    [json.loads(line) for line in done.stdout.splitlines()],
                    done.stderr)

        code, _, lines, err = verify()
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(lines[0]["logins"], [
            "Anna@acme.test", "anna", "a.second@acme.test"])
        self.assertEqual(lines[1]["finding"], "none")
        self.server.pause()
        try:
            code, seconds, lines, err = verify()
        finally:
            self.server.go_on()
        self.assertEqual(code, 4, err)
        self.assertLess(seconds, TIMEOUT + SLACK)
        self.assertEqual([line["finding"] for line in lines],
                         ["unasked", "unasked"])
        self.assertIn(self.server.tls_uri, err)
        os.chmod(self.password, 0o644)
        try:
            code, _, lines, err = verify()
        finally:
            os.chmod(self.password, 0o600)
        self.assertEqual((code, len(lines)), (3, 1))
        self.assertEqual((lines[0]["error"]["code"], lines[0]["error"]["file"]),
                         ("invalid", self.password))
        self.assertIn(self.password, err)


class Limits(Case):
    def test_few_entries_at_a_time(self):
        """sizelimit 2: batches are asked one by one, two are still many."""
        people = "".join(person(f"u{i}", "objectClass: exchMailRecipient",
                                f"legacyExchangeDN: {DN}u{i}",
                                f"mail: u{i}@acme.test") for i in range(9))
        people += "".join(person(f"t{i}", "objectClass: exchMailRecipient",
                                 f"legacyExchangeDN: {DN}t",
                                 f"mail: u3@acme.test") for i in range(4))
        server = self.slapd(TOP + people, access=slapd.READABLE,
                            extra="sizelimit 2")
        said = ask(*[f"dn={DN}u{i}" for i in range(9)], f"dn={DN}t",
                   f"dn={DN}nobody", "user=u3@acme.test", uri=server.uri,
                   tls="none")
        self.found(said, *["one"] * 9, "many", "none", "many")
        self.assertIn("!u3@acme.test", said.logins(3))
        self.assertIn("+u4@acme.test", said.logins(4))
        # A filter that matches more than is given is not cut short.
        self.could_not_ask(ask("filter=(uid=u*)", uri=server.uri, tls="none"))

    def test_many_names(self):
        """More names than are asked for singly: the directory is walked."""
        count = 3001
        dns = [f"{DN}u{i}" for i in range(count)]
        people = "".join(person(f"u{i}", "objectClass: exchMailRecipient",
                                f"legacyExchangeDN: {dns[i]}",
                                f"mail: u{i}@acme.test")
                         for i in range(count))
        people += person("other", "objectClass: exchMailRecipient",
                         "proxyAddresses: SMTP:U7@acme.test")
        server = self.slapd(TOP + people, access=slapd.READABLE)
        listed = self.file("dns", "\n".join(dns + [DN + "gone"]) + "\n")
        said = ask(f"dns={listed}", uri=server.uri, tls="none")
        self.found(said, *["one"] * count, "none")
        shared = [i for i in range(count) if any(
            name.startswith("!") for name in said.logins(i))]
        self.assertEqual(shared, [7])
        self.assertIn("!u7@acme.test", said.logins(7))
        # All of them by a filter, page by page.
        said = ask("filter=(uid=u*)", uri=server.uri, tls="none")
        self.found(said, *["one"] * count)

    def test_server_that_stops_while_it_is_asked(self):
        """What was answered stays; nothing becomes "none" by that."""
        count = 300
        people = "".join(person(f"u{i}", "objectClass: exchMailRecipient",
                                f"legacyExchangeDN: {DN}u{i}")
                         for i in range(count))
        server = self.slapd(TOP + people, access=slapd.READABLE)
        names = [DN + f"u{i}" for i in range(count)]
        names += [DN + f"absent{i}" for i in range(20000)]
        listed = self.file("long", "\n".join(names) + "\n")

        said = ask("mode=verify", f"dns={listed}", uri=server.uri,
                   tls="none", when_some=server.pause)
        self.assertEqual(said.status, "timeout", said)
        self.assertEqual(len(said.accounts), len(names))
        self.assertNotIn("none", said.findings())
        self.assertIn("unasked", said.findings())
        self.assertIn("one", said.findings())
        # The next server is asked for the rest, and says none.
        second = self.slapd(TOP + people, access=slapd.READABLE)
        said = ask("mode=verify", f"dns={listed}",
                   uri=f"{server.uri} {second.uri}", tls="none")
        server.go_on()
        self.assertEqual(said.status, "ok", said)
        self.assertEqual(said.findings().count("one"), count)
        self.assertEqual(said.findings().count("none"), 20000)


class Schemas(Case):
    def test_attribute_without_equality_is_could_not_ask(self):
        """D5: slapd's own msuser.schema."""
        schema = "/etc/ldap/schema/nis.schema /etc/ldap/schema/msuser.schema"
        entry = person("anna", f"legacyExchangeDN: {DN}anna",
                       "mail: anna@acme.test")
        server = self.slapd(TOP + entry, schema=schema, slapadd_flags="-s",
                            index="uid,mail", access=slapd.READABLE)
        said = ask(f"dn={DN}anna", uri=server.uri, tls="none")
        self.could_not_ask(said)
        self.assertIn("EQUALITY", said.text)
        said = ask("mode=verify", f"dn={DN}anna", uri=server.uri, tls="none")
        self.assertEqual(said.findings(), ["unasked"])
        # By logon name it serves.
        self.found(ask("user=anna@acme.test", "user=nobody", uri=server.uri,
                       tls="none"), "one", "none")

    def test_what_one_server_found_says_nothing_of_the_next(self):
        """The first has the schema and stops; the second cannot match."""
        people = "".join(person(f"u{i}", "objectClass: exchMailRecipient",
                                f"legacyExchangeDN: {DN}u{i}")
                         for i in range(64))
        good = self.slapd(TOP + people, access=slapd.READABLE)
        blind = self.slapd(
            TOP + person("u0"), slapadd_flags="-s", index="uid",
            schema="/etc/ldap/schema/nis.schema "
                   "/etc/ldap/schema/msuser.schema", access=slapd.READABLE)
        names = [f"{DN}u{i}" for i in range(64)]
        names += [f"{DN}absent{i}" for i in range(20000)]
        said = ask("mode=verify",
                   f"dns={self.file('names', chr(10).join(names))}",
                   uri=f"{good.uri} {blind.uri}", tls="none",
                   when_some=good.pause)
        good.go_on()
        self.assertIn(said.status, ("directory", "timeout"), said)
        self.assertIn("one", said.findings())
        self.assertNotIn("none", said.findings())

    def test_deeper_entries_alone_are_sight_enough(self):
        """What is right below base is hidden, people below that are not."""
        server = self.slapd(
            TOP + person("anna", "objectClass: exchMailRecipient",
                         f"legacyExchangeDN: {DN}anna"),
            access=f'access to dn.exact="{BASE}" by * search\n'
                   "access to * by * read")
        said = ask(f"dn={DN}nobody", uri=server.uri, tls="none",
                   base=slapd.SUFFIX)
        self.found(said, "none")

    def test_directory_of_a_dovecot_site(self):
        """No legacyExchangeDN in its schema: names and filters serve."""
        entries = TOP + person("anna", "mail: anna@acme.test",
                               "employeeType: admin")
        entries += person("bert", "mail: bert@acme.test")
        server = self.slapd(entries, schema="", index="uid,mail",
                            access=slapd.READABLE)
        said = ask("user=anna", "user=nobody", "user=BERT@acme.test",
                   "filter=(employeeType=admin)", f"break_glass={DN}rescue",
                   "caller=bert", uri=server.uri, tls="none")
        self.found(said, "one", "none", "one", "none", "one", "one")
        self.assertEqual(said.logins(0), ["+anna@acme.test", "+anna"])
        said = ask(f"dn={DN}anna", uri=server.uri, tls="none")
        self.could_not_ask(said)
        self.assertIn("allow_user", said.text)

    def test_part_that_is_elsewhere_is_doubt(self):
        entries = TOP + person("anna", "objectClass: exchMailRecipient",
                               f"legacyExchangeDN: {DN}anna")
        entries += (f"dn: ou=Far,{BASE}\nobjectClass: referral\n"
                    "objectClass: extensibleObject\nou: Far\n"
                    "ref: ldap://elsewhere.example.org/ou=Far\n\n")
        server = self.slapd(entries, access=slapd.READABLE)
        self.found(ask(f"dn={DN}anna", uri=server.uri, tls="none"), "one")
        said = ask(f"dn={DN}nobody", uri=server.uri, tls="none")
        self.could_not_ask(said)
        self.assertIn("another server", said.text)
        said = ask("mode=verify", f"dn={DN}nobody", f"dn={DN}anna",
                   uri=server.uri, tls="none")
        self.assertEqual(said.findings(), ["unasked", "one"])

    def test_full_width_letters_are_found_where_the_server_says_so(self):
        """An entry our short cut cannot map is asked for singly."""
        entries = TOP + person("wide", "objectClass: exchMailRecipient",
                               f"legacyExchangeDN: {DN}\uff41bc")
        entries += person("other", "objectClass: exchMailRecipient",
                          f"legacyExchangeDN: {DN}other")
        server = self.slapd(entries, access=slapd.READABLE)
        said = ask(f"dn={DN}abc", f"dn={DN}other", f"dn={DN}none",
                   uri=server.uri, tls="none")
        self.found(said, "one", "one", "none")


if __name__ == "__main__":
    if slapd.missing():
        print(f"skipped: no {slapd.missing()} on this machine")
        sys.exit(77)
    unittest.main(verbosity=2)
