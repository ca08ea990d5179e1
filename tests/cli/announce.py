# SPDX-License-Identifier: ISC
"""Letters to those whom a lock would concern; sendmail is a program of the
test's own that keeps what it is given."""
import email
import email.policy
import os

import driver

SENDMAIL = """#!/bin/sh
echo "$*" >>"$LOGONGATE_TEST_SENT.words"
n=$(ls "$LOGONGATE_TEST_SENT".*.mail 2>/dev/null | wc -l)
cat >"$LOGONGATE_TEST_SENT.$n.mail"
exit "${LOGONGATE_TEST_FAILS:-0}"
"""
WHEN = ("--at", "2030-07-01 22:00", "--for", "2h")


class Announce(driver.Case):

    def setUp(self):
        super().setUp()
        os.chmod(self.write("bin/sendmail", SENDMAIL), 0o755)
        self.environment.update(
            PATH=self.path("bin") + ":" + self.environment["PATH"],
            LOGONGATE_TEST_SENT=self.path("sent"), TZ="CET-1CEST,M3.5.0,"
            "M10.5.0/3")

    def some(self, applies):
        return self.profile("some", f"""[profile]
description = "Neue Platten – ü"

[protocols]
refuse = "imap"

[applies_to]
{applies}
""")

    def announce(self, profile, *words, code=0, **how):
        return self.expect(code, "announce", profile, self.directory(),
                           *WHEN, *words, **how)

    def to(self, applies):
        return self.announce(self.some(applies), "--to", "concerned",
                             "--json").json["to"]

    def mails(self):
        names = sorted(name for name in os.listdir(self.folder)
                       if name.endswith(".mail"))
        return [email.message_from_bytes(self.read(name),
                                         policy=email.policy.default)
                for name in names]

    def test_shown_before_it_is_sent(self):
        done = self.announce(self.listed(), "--reason", "two new disks")
        self.assertIn("Subject: Planned mail maintenance from Mon 2030-07-01 22:00 "
                      "(UTC+02:00)\n", done.out)
        self.assertIn("\n  until  Tue 2030-07-02 00:00 (UTC+02:00)\n",
                      done.out)
        self.assertIn("\n\nKeep users out\n\n", done.out)
        self.assertTrue(done.out.endswith("\n\nReason: two new disks\n"))
        self.assertLessEqual(max(map(len, done.out.splitlines())), 72)
        self.assertNotIn("Reason", self.announce(self.listed()).out)
        self.assertEqual(self.mails(), [])

    def test_whom_it_concerns(self):
        everybody = [f"{who}@example.org" for who in
                     ("alice", "bob", "postmaster", "tester")]
        done = self.announce(self.listed(), "--to", "concerned", "--json").json
        self.assertEqual(done["to"], everybody)
        self.assertIs(done["sent"], False)
        self.assertEqual(self.to('domains = "EXAMPLE.org"'), everybody)
        self.assertEqual(self.to('user.1 = "bob"'), everybody[1:2])
        self.assertEqual(self.to(f'dn.1 = "{driver.DN}alice"\n'
                                 'user.1 = "alice"'), everybody[:1])
        self.assertEqual(self.to('filter = "(uid=t*)"'), everybody[3:])
        self.assertEqual(self.to('filter = "(uid=t*)"\n'
                                 'domains = "example.net"'), everybody[3:])

    def test_sent_as_bcc(self):
        profile = self.some('domains = "example.org"')
        template = self.write("letter", "Subject: %{description}, ab %{begins}"
                              "\n\nBis %{ends}. %{other}\n")
        done = self.announce(profile, "--to", "concerned", "--send",
                             "--template", template)
        self.assertEqual(done.out, "sent to 4\n")
        self.assertEqual(self.read("sent.words"), b"-i -t\n")
        mail, = self.mails()
        self.assertEqual(mail["Subject"], "Neue Platten – ü, ab Mon "
                         "2030-07-01 22:00 (UTC+02:00)")
        self.assertEqual([a.addr_spec for a in mail["Bcc"].addresses], [
            f"{who}@example.org" for who in
            ("alice", "bob", "postmaster", "tester")])
        self.assertNotIn("alice", str(mail["To"]))
        self.assertEqual(mail.get_content(), "Bis Tue 2030-07-02 00:00 "
                         "(UTC+02:00). %{other}\n")

    def test_a_file_in_batches(self):
        people = [f"p{i:03}@example.net" for i in range(120)]
        path = self.write("people", "# the shop\n\n" + "\r\n".join(
            people + people[:5]) + "\n")
        self.announce(self.listed(), "--to", path, "--send")
        mails = self.mails()
        self.assertEqual([len(m["Bcc"].addresses) for m in mails],
                         [50, 50, 20])
        self.assertEqual([a.addr_spec for m in mails
                          for a in m["Bcc"].addresses], people)

    def test_bad_input_sends_nothing(self):
        profile = self.listed()
        for line in ("anna", "a@b@c", "a b@c", "a@b,c@d", "<a@b>", "@b"):
            path = self.write("people", f"x@example.org\n{line}\n")
            done = self.announce(profile, "--to", path, "--send", code=3)
            self.assertIn("people:2: ", done.err)
        self.announce(profile, "--send", code=2)
        self.announce(profile, "--to", self.write("people", "# nobody\n"),
                      "--send", code=3)
        self.announce(profile, "--to", self.path("unknown"), code=3)
        self.announce(profile, "--template",
                      self.write("letter", "Hello\n"), code=3)
        self.expect(2, "announce", profile, "--at", "2030-07-01 22:00")
        self.expect(2, "announce", profile, "--for", "2h")
        self.expect(4, "announce", profile, *WHEN, "--to", "concerned")
        self.assertEqual(self.mails(), [])

    def test_who_was_not_written_to_is_told(self):
        path = self.write("people", "x@example.org\n")
        done = self.announce(self.listed(), "--to", path, "--send", code=6,
                             LOGONGATE_TEST_FAILS="75")
        self.assertIn("ended with exit code 75; 0 of 1 were sent", done.err)


if __name__ == "__main__":
    driver.main()
