# SPDX-License-Identifier: ISC
"""One command of the fleet, and people at a real Dovecot behind one of its
gates: who is in is cut off, who comes is refused in words, and after the lift
all is as before."""
import imaplib
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "testbed"))
import dovecot_fixture                      # noqa: E402
import providers                            # noqa: E402
from fleet_rig import Rig                   # noqa: E402
from programs import wait_for               # noqa: E402
from running_gate import listeners          # noqa: E402

USERS = {"alice@example.org": "a-pw", "bob@example.org": "b-pw"}


class Dovecot(unittest.TestCase):
    def setUp(self):
        port = dovecot_fixture.free_port()

        def listen(number):
            return listeners("http") if number else (
                f'[listen.http]\naddress = "unix:http.sock, '
                f'127.0.0.1:{port}"\nwithout_policy = refuse\n')

        self.rig = Rig(3, listen=listen)
        self.addCleanup(self.rig.close)
        gate = self.rig.gates[0]
        extra = "auth_failure_delay = 0\n" + dovecot_fixture.include_door(
            "policy", gate.write, gate.run, port)
        self.dovecot = dovecot_fixture.Dovecot(USERS, extra)
        self.addCleanup(self.dovecot.close)
        key = gate.write("doveadm.key", self.dovecot.api_key + "\n")
        os.chmod(key, 0o600)
        with open(gate.config, "a", encoding="utf-8") as file:
            file.write(f'\n[dovecot]\ndoveadm = "unix:'
                       f'{self.dovecot.doveadm_socket}"\n'
                       f'api_key_file = "{key}"\n')
        self.dovecot.start()
        gate.stop()
        gate.start()
        wait_for("the gate to be heard", lambda: not any(
            one["away"] for one in self.rig.fleet().values()), 40)

    @staticmethod
    def is_out(client):
        try:
            client.noop()
        except (imaplib.IMAP4.abort, OSError):
            return True
        return False

    def test_a_fleet_lock_at_a_real_dovecot(self):
        inside = self.dovecot.imap("bob@example.org")
        inside.select()
        self.rig.apply()
        wait_for("bob to be cut off", lambda: self.is_out(inside), 20)
        self.assertIn("UNAVAILABLE",
                      self.dovecot.imap_refusal("bob@example.org"))
        self.dovecot.imap("alice@example.org").logout()
        self.rig.lift()
        self.dovecot.imap("bob@example.org").logout()


if __name__ == "__main__":
    if providers.missing():
        print("skipped:", providers.missing())
        sys.exit(77)
    dovecot_fixture.require("dovecot", "doveadm")
    unittest.main(verbosity=2)
