# SPDX-License-Identifier: ISC
"""Whose session it is: rows for every front of mapi_door.py. A session is what
the server gave in its answer to a Connect that it accepted, and nothing that a
client says of itself."""
import base64

import mapi_backend
import programs
from running_gate import dn_of

# What ruler and a script send, whoever runs them.
CONSTANT = "{2F94A2BF-A2E6-4CCC-BF98-B5F22C542226}"
PASSWORDS = {"tester": "t-secret", "other": "o-secret"}


def password_of(name, password=None):
    text = f"{name}:{password or PASSWORDS[name]}"
    return ("Authorization",
            "Basic " + base64.b64encode(text.encode()).decode())


class Sessions:
    """Rows; mixed into the test case of a front."""

    def serve(self, **how):
        """The server behind is like this for one row."""
        for name, value in how.items():
            self.addCleanup(setattr, self.backend, name,
                            getattr(self.backend, name))
            setattr(self.backend, name, value)

    def as_user(self, name, kind, body=b"", **how):
        """A request of one who has a password, in his own session."""
        return self.mapi(kind, name, body, more=[password_of(name)], **how)

    def connect_as(self, name, **how):
        answer = self.as_user(name, "Connect", mapi_backend.connect_body(
            dn_of(name), how.pop("process", "OUTLOOK.EXE")), **how)
        self.assert_admitted(answer, "Connect")
        return answer

    def served(self, answer):
        """The server did what was asked."""
        self.assertEqual((answer.status, answer.headers["X-ResponseCode"]),
                         (200, "0"), answer)
        self.assertTrue(answer.body.startswith(mapi_backend.PREAMBLE), answer)
        self.backend.taken()

    def open_sessions(self):
        return [row for row in self.gate.lines("sessions")
                if row["protocol"] == "mapi"]

    def counted(self, name):
        """A sample of /metrics; 0 where there is none yet."""
        text = self.gate.http("GET", "/metrics")[2].decode()
        for line in text.splitlines():
            if line.startswith(name + " "):
                return int(line.split()[-1])
        return 0

    def test_a_client_info_that_two_share_is_nobodys(self):
        self.serve(accounts=PASSWORDS)
        for name in ("other", "tester"):
            self.connect_as(name, info=CONSTANT)
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.served(self.as_user("tester", "Execute", b"x", info=CONSTANT))
        self.assert_code(self.as_user("other", "Execute", b"x",
                                      info=CONSTANT), 10)
        # A listed one connects once more with the same program.
        self.connect_as("tester", info=CONSTANT)
        self.assert_code(self.as_user("other", "Execute", b"x",
                                      info=CONSTANT), 10)
        self.served(self.as_user("tester", "Execute", b"x", info=CONSTANT))

    def test_a_connect_that_the_server_did_not_accept_proves_nothing(self):
        self.serve(accounts=PASSWORDS)
        self.connect_as("other", info=CONSTANT)
        self.served(self.as_user("other", "Execute", b"x", info=CONSTANT))
        self.gate.lock(self.gate.profile(listed=["tester"]))
        listed = mapi_backend.connect_body(dn_of("tester"), "OUTLOOK.EXE")
        for what, more in (("no password", []),
                           ("a wrong one", [password_of("tester", "guess")])):
            with self.subTest(what):
                answer = self.mapi("Connect", "other", listed, info=CONSTANT,
                                   more=more)
                self.assertEqual(answer.status, 401, answer)
                self.assertEqual(answer.headers.get_all("WWW-Authenticate"),
                                 ["Negotiate", 'Basic realm="mail"'])
                self.backend.taken()
                self.assert_code(self.as_user("other", "Execute", b"x",
                                              info=CONSTANT), 10)

    def test_cookies_of_a_refused_connect_are_nobodys(self):
        """Exchange sets them although the Connect failed."""
        self.serve(accounts=PASSWORDS)
        self.gate.lock(self.gate.profile(listed=["tester"]))
        before = self.open_sessions()
        # Beside a cookie the front names nobody who would not fit the DN.
        self.jar["other"] = {"affinity": "1"}
        answer = self.as_user("other", "Connect", mapi_backend.connect_body(
            dn_of("tester"), "OUTLOOK.EXE"))
        self.assertEqual([request.type for request in self.backend.taken()],
                         ["Connect"], answer)
        self.assertNotIn(self.jar.get("other", {}).get("MapiContext"),
                         self.backend.sessions, answer)
        self.assert_code(self.as_user("other", "Execute", b"x"), 10)
        self.assertEqual(self.open_sessions(), before)

    def test_a_disconnect_that_the_server_did_not_accept_forgets_nothing(self):
        self.serve(accounts=PASSWORDS)
        self.connect_as("other", process="evil.exe", info=CONSTANT)
        self.gate.lock(self.gate.profile(processes="evil.exe"))
        self.assert_code(self.as_user("other", "Execute", b"x",
                                      info=CONSTANT), 10)
        answer = self.mapi("Disconnect", "other", info=CONSTANT)
        self.assertEqual(answer.status, 401, answer)
        self.backend.taken()
        self.assert_code(self.as_user("other", "Execute", b"x",
                                      info=CONSTANT), 10)

    def test_a_disconnect_that_the_server_accepted_forgets(self):
        self.serve(accounts=PASSWORDS)
        self.connect_as("other")
        self.assertEqual([row["dn"] for row in self.open_sessions()
                          if row["dn"] == dn_of("other")
                          and row["id"].startswith("mapi-")],
                         [dn_of("other")])
        self.assertEqual(self.as_user("other", "Disconnect").status, 200)
        self.backend.taken()
        self.assertNotIn(dn_of("other"), [
            row["dn"] for row in self.open_sessions()
            if row["id"].startswith("mapi-")])

    def test_a_connect_that_takes_long_is_waited_for(self):
        self.serve(connect_s=1.5)
        self.assert_admitted(self.connect("tester", "{J}:1"), "Connect")
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_admitted(self.mapi("Execute", "{J}:1", b"x"), "Execute")

    def test_a_listed_one_needs_no_client_info(self):
        self.serve(accounts=PASSWORDS)
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.connect_as("tester", info="")
        self.served(self.as_user("tester", "Execute", b"x", info=""))

    def test_the_cookies_of_other_servers(self):
        self.gate.settings("http_refusal = 503", "http_refusal = 503\n"
                           'mapi_cookies = "MapiContext, sid, Ctx"')
        self.addCleanup(self.gate.settings, "http_refusal = 503\n"
                        'mapi_cookies = "MapiContext, sid, Ctx"',
                        "http_refusal = 503")
        for names in (("sid", "sequence"), ("Ctx", "Seq")):
            with self.subTest(names):
                self.jar = {}
                self.serve(accounts=PASSWORDS, cookies=names)
                for name in ("tester", "other"):
                    self.connect_as(name)
                self.gate.lock(self.gate.profile(listed=["tester"]))
                self.served(self.as_user("tester", "Execute", b"x"))
                self.assert_code(self.as_user("other", "Execute", b"x"), 10)
                self.gate.lift()

    def test_a_session_never_changes_its_owner(self):
        """A server that gives two people one cookie names nobody by it."""
        self.serve(context="the-same-for-all")
        self.assert_admitted(self.connect("other", "{O}:1"), "Connect")
        self.assert_admitted(self.connect("tester", "{O}:2"), "Connect")
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_code(self.mapi("Execute", "{O}:1", b"x"), 10)

    def test_a_cookie_beside_ones_own_opens_nothing(self):
        self.serve(accounts=PASSWORDS)
        for name in ("tester", "other"):
            self.connect_as(name)
        self.gate.lock(self.gate.profile(listed=["tester"]))
        own = self.jar["other"]["MapiContext"]
        listed = self.jar["tester"]["MapiContext"]
        for text in (f"mapicontext={listed}; MapiContext={own}",
                     f"MapiContext={own}; MapiContext={listed}",
                     f"sid={listed}; MapiContext={own}"):
            with self.subTest(text):
                self.jar["two"] = {}
                self.assert_code(self.mapi(
                    "Execute", "two", b"x",
                    more=[password_of("other"), ("Cookie", text)]), 10)
        self.assert_code(self.mapi(
            "Execute", "two", b"x", more=[
                password_of("other"), ("Cookie", f"MapiContext={own}"),
                ("Cookie", f"MapiContext={listed}")]), 10)

    def test_cut_ends_a_session_at_its_next_request(self):
        self.assert_admitted(self.connect("other", "{K}:1"), "Connect")
        self.assert_admitted(self.connect("tester", "{K}:2"), "Connect")
        rows = [row for row in self.open_sessions()
                if row["id"].startswith("mapi-")]
        self.assertLessEqual({dn_of("other"), dn_of("tester")},
                             {row["dn"] for row in rows})
        self.assertGreaterEqual(self.gate.json("status")["sessions"], 2)
        self.gate.command("cut", "--dn", dn_of("other"))
        self.assert_code(self.mapi("Execute", "{K}:1", b"x"), 10)
        self.assert_code(self.mapi("Execute", "{K}:1", b"x"), 10)
        self.assert_admitted(self.mapi("Execute", "{K}:2", b"x"), "Execute")
        self.assert_admitted(self.connect("other", "{K}:1"), "Connect")
        self.assert_admitted(self.mapi("Execute", "{K}:1", b"x"), "Execute")

    def test_plan_counts_the_sessions_that_will_end(self):
        self.assert_admitted(self.connect("other", "{N}:1"), "Connect")
        plan = self.gate.json("plan", self.gate.profile(listed=["tester"]),
                              "--for", "1h", "--accept-warnings")
        self.assertIn((dn_of("other"), "mapi"), [
            (row["dn"], row["protocol"])
            for row in plan["sessions"]["leaving"]])

    def test_plan_knows_the_clients_of_open_sessions(self):
        self.assert_admitted(self.connect("other", "{O}:1", "odd.exe"),
                             "Connect")
        self.assert_admitted(self.connect("tester", "{O}:2",
                                          version="Outlook/15.0.4815.1002"),
                             "Connect")
        for how, name in (({"processes": "odd.exe"}, "other"),
                          ({"versions": "7.0.0-15.65535.65535"}, "tester")):
            plan = self.gate.json("plan", self.gate.profile(**how), "--for",
                                  "1h", "--accept-warnings")
            self.assertIn(dn_of(name), [
                row["dn"] for row in plan["sessions"]["leaving"]], how)

    def test_what_ended_is_no_refusal_of_a_person(self):
        self.assert_admitted(self.connect("other", "{M}:1"), "Connect")
        self.gate.lock(self.gate.profile(listed=["tester"]))
        ended = 'logongate_refusals_total{reason="session-ended"}'
        before = self.counted(ended)
        agent = [("User-Agent", "Ended/1")]
        self.assert_code(self.mapi("Execute", "{M}:1", b"x", more=agent), 10)
        self.assert_code(self.mapi("Execute", "nobody", b"x", more=agent), 10)
        self.assertEqual(self.counted(ended), before + 2)
        self.assertEqual(self.gate.json("status")["refused"], 0)
        self.assertEqual({(row["dn"], row["reason"])
                          for row in self.gate.lines("refused")
                          if row["client"] == "Ended/1"},
                         {(dn_of("other"), "session-ended"),
                          (None, "session-ended")})

    def test_the_address_book_has_pings_of_its_own(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        for path in ("/mapi/nspi/", "/MAPI/nspi/?MailboxId=x", "/mapi/nspi"):
            self.assert_admitted(self.mapi("PING", "{L}:1", path=path), "PING")
        self.assert_code(self.mapi("PING", "{L}:1"), 10)
        self.assert_code(self.mapi("Execute", "{L}:1", b"x",
                                   path="/mapi/nspi/"), 10)

    def test_a_version_that_only_the_user_agent_names(self):
        self.gate.lock(self.gate.profile(versions="16.14000.0-16.15000.0"))
        body = mapi_backend.connect_body(dn_of("tester"), "OUTLOOK.EXE")
        for agent, is_denied in (("MAPICPL 16.0.14334", True),
                                 ("MAPICPL 16.0.15334", False)):
            with self.subTest(agent):
                answer = self.mapi("Connect", "{Z}:1", body, version="",
                                   more=[("User-Agent", agent)])
                if is_denied:
                    self.assert_denied(answer)
                else:
                    self.assert_admitted(answer, "Connect")

    def test_a_verified_name_is_no_owner_of_a_session_nobody_knows(self):
        """Not even where the password of each request is checked."""
        port, self.port = self.port, self.front("checked")
        self.addCleanup(setattr, self, "port", port)
        self.serve(accounts=PASSWORDS)
        self.connect_as("tester")
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.served(self.as_user("tester", "Execute", b"x"))
        for cookies in ({}, {"MapiContext": "nobody-knows"}):
            with self.subTest(cookies):
                self.jar["tester"] = cookies
                self.assert_code(self.as_user("tester", "Execute", b"x"), 10)
        self.connect_as("tester")
        self.served(self.as_user("tester", "Execute", b"x"))

    def test_under_any_lock_a_session_nobody_knows_connects_again(self):
        self.serve(accounts=PASSWORDS)
        self.connect_as("other")
        for how in ({"versions": "7.0.0-15.0.0"}, {"refuse": "imap"},
                    {"extra": '\n[applies_to]\nuser.1 = "tester"\n'}):
            with self.subTest(how):
                self.gate.lock(self.gate.profile(**how))
                self.jar["lost"] = {"MapiContext": "nobody-knows"}
                try:
                    self.assert_code(self.mapi(
                        "Execute", "lost", b"x",
                        more=[password_of("other")]), 10)
                    self.served(self.as_user("other", "Execute", b"x"))
                finally:
                    self.gate.lift()
                # Without one it is the server's to say.
                answer = self.mapi("Execute", "lost", b"x",
                                   more=[password_of("other")])
                self.assertEqual(len(self.backend.taken()), 1, answer)

    def test_a_gate_that_was_restarted_sends_listed_ones_to_connect(self):
        self.serve(accounts=PASSWORDS)
        for name in ("tester", "other"):
            self.connect_as(name)
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.gate.stop()
        self.gate.start()
        programs.wait_for("the front to ask again", lambda: self.mapi(
            "Execute", "nobody").headers["X-ResponseCode"] == "10")
        self.assert_code(self.as_user("other", "Execute", b"x"), 10)
        self.connect_as("tester")
        self.served(self.as_user("tester", "Execute", b"x"))
