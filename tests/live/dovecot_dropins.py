# SPDX-License-Identifier: ISC
"""Dovecot reads the drop-ins as they are shipped, without a warning, and they
say what the gate needs."""
import base64
import os
import shutil
import subprocess
import tempfile
import unittest

import dovecot_fixture
import other_users
import running_gate

from dovecot_fixture import DROPINS, IS_24

SHARED = os.path.join(os.environ["LOGONGATE_SOURCE_DIR"],
                      "src/packaging/dovecot")
SITE = dovecot_fixture.passwd_file(
    "/dev/null", "result_success = continue-ok",
    "result_failure = return-fail")


class Test(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lgdd", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)

    def read(self, *names):
        path = os.path.join(self.folder, "dovecot.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(("dovecot_config_version = 2.4.0\n"
                        "dovecot_storage_version = 2.4.0\n" if IS_24 else "")
                       + f"base_dir = {self.folder}\nssl = no\n" + SITE)
            for name in names:
                # One is the same for all versions.
                folder = SHARED if "doveadm" in name else DROPINS
                file.write(f"!include {os.path.join(folder, name)}\n")
        done = subprocess.run(
            [dovecot_fixture.program("doveconf"), "-n", "-c", path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            encoding="utf-8")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_auth_policy(self):
        text = self.read("logongate-auth-policy.conf")
        prefix = "  " if IS_24 else "auth_policy_"
        for line in (
                f"\n{prefix}server_url = http://127.0.0.1:4191/v1/dovecot",
                f"\n{prefix}check_before_auth = no",
                "imap_id_retain = yes",
                "unix_listener anvil-auth-penalty {\n    mode = 00\n",
                "master = %{master_user}" if IS_24
                else "master=%{master_user}"):
            # doveconf writes only what differs from its defaults.
            self.assertIn(line, text.replace("mode = 0\n", "mode = 00\n"))

    def test_dict(self):
        text = self.read("logongate-dict.conf")
        for line in ("lua_file = /etc/dovecot/logongate-dict.lua" if IS_24
                     else "args = /etc/dovecot/logongate-dict.conf.ext",
                     "result_failure = return-fail",
                     "result_internalfail = return-fail",
                     "skip = unauthenticated"):
            self.assertIn(line, text)
        # The gate comes behind the site's own.
        self.assertLess(text.index("passwd-file"), text.index(
            "driver = lua" if IS_24 else "driver = dict"))

    def test_combined(self):
        text = self.read("logongate-combined.conf")
        # The alive question stands in a block, which comes first.
        block = text[text.index("protocol imap {" if IS_24
                                else "protocol !smtp {"):]
        count = 8 if IS_24 else 2
        self.assertEqual(
            block.count("driver = lua" if IS_24 else "driver = dict"), count)
        self.assertEqual(block.count("result_internalfail = return-fail"),
                         count)
        self.assertEqual(block.count("result_success = return-fail"), count)
        self.assertIn("lua_file = /etc/dovecot/logongate-alive.lua" if IS_24
                      else "args = /etc/dovecot/logongate-alive.conf.ext",
                      block)

    def test_the_policy_of_combined_is_that_of_the_policy(self):
        def settings(name, begin):
            with open(os.path.join(DROPINS, name), encoding="utf-8") as file:
                text = file.read()
            return text[text.index(begin):]

        begin = "\nauth_policy {" if IS_24 else "\nauth_policy_server_url"
        self.assertEqual(settings("logongate-combined.conf", begin),
                         settings("logongate-auth-policy.conf", begin))

    def test_doveadm(self):
        text = self.read("logongate-doveadm.conf")
        self.assertIn("doveadm_api_key", text)
        self.assertIn("unix_listener http {", text)

    def test_the_key_of_the_gate_opens_doveadm(self):
        with open(os.path.join(SHARED, "logongate-doveadm.conf"),
                  encoding="utf-8") as file:
            text = file.read()
        dovecot = dovecot_fixture.Dovecot({"alice": "a"})
        self.addCleanup(dovecot.close)
        key = dovecot.write("doveadm.key", "the-gates-own", 0o600)
        dovecot.extra = text.replace(
            "</etc/logongate/doveadm.key", "<" + key).replace(
                "user = logongate", "user = nobody")
        self.assertIn("<" + key, dovecot.extra)
        dovecot.start()
        for word, status in (("the-gates-own", 200), ("another", 401)):
            connection = running_gate.UnixHTTP(dovecot.doveadm_socket)
            self.addCleanup(connection.close)
            connection.request(
                "POST", "/doveadm/v1", '[["who",{},"t"]]',
                {"Content-Type": "application/json",
                 "Authorization": "X-Dovecot-API "
                 + base64.b64encode(word.encode()).decode()})
            self.assertEqual(connection.getresponse().status, status)
        if os.geteuid():
            return
        # Whose server asks the gate reads no mail here: neither root's group
        # nor the socket's opens it, only the gate's user does.
        found = os.stat(dovecot.doveadm_socket)
        for uid, groups, expected in (
                (33, [found.st_gid], "PermissionError"),
                (33, [0], "PermissionError"),
                (other_users.NOBODY, [], "connected")):
            said = other_users.said(other_users.as_user(
                uid, "import socket, sys\n"
                "s = socket.socket(socket.AF_UNIX)\n"
                "try:\n    s.connect(sys.argv[1])\n    print('connected')\n"
                "except OSError as e:\n    print(type(e).__name__)\n",
                dovecot.doveadm_socket, groups=groups))
            self.assertEqual(said, expected, (uid, groups))

    def test_whoever_may_not_read_the_key_reads_the_rest(self):
        if os.geteuid():
            self.skipTest("only root can become somebody else")
        os.chmod(self.folder, 0o755)
        key = os.path.join(self.folder, "doveadm.key")
        with open(key, "w", encoding="utf-8") as file:
            file.write("the-gates-own")
        os.chmod(key, 0o600)
        with open(os.path.join(SHARED, "logongate-doveadm.conf"),
                  encoding="utf-8") as file:
            text = file.read().replace("</etc/logongate/doveadm.key",
                                       "<" + key)
        path = os.path.join(self.folder, "dovecot.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(("dovecot_config_version = 2.4.0\n"
                        "dovecot_storage_version = 2.4.0\n" if IS_24 else "")
                       + "ssl = no\n" + text)
        done = subprocess.run(
            [dovecot_fixture.program("doveconf"), "-n", "-c", path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            user=65534, group=65534, extra_groups=[], encoding="utf-8")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_all_together(self):
        self.read("logongate-auth-policy.conf", "logongate-dict.conf",
                  "logongate-doveadm.conf",
                  *["logongate-sessions.conf"] * IS_24)


dovecot_fixture.require("dovecot", "doveconf")
unittest.main()
