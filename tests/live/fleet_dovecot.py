# SPDX-License-Identifier: ISC
"""One command of the fleet, and people at a real Dovecot behind each of three
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

USERS = {"alice@example.org": "a-pw", "bob@example.org": "b-pw"}


class Dovecot(unittest.TestCase):
    def setUp(self):
        ports = [dovecot_fixture.free_port() for _ in range(3)]
        self.rig = Rig(3, listen=lambda number: (
            f'[listen.http]\naddress = "unix:http.sock, '
            f'127.0.0.1:{ports[number]}"\nwithout_policy = refuse\n'))
        self.addCleanup(self.rig.close)
        self.dovecots = [self.behind(gate, port) for gate, port in
                         zip(self.rig.gates, ports)]
        wait_for("the gates to be heard", lambda: not any(
            one["away"] for one in self.rig.fleet().values()), 40)

    def behind(self, gate, port):
        """A Dovecot that asks this gate, which may cut its sessions."""
        extra = "auth_failure_delay = 0\n" + dovecot_fixture.include_door(
            "policy", gate.write, gate.run, port)
        dovecot = dovecot_fixture.Dovecot(USERS, extra)
        self.addCleanup(dovecot.close)
        key = gate.write("doveadm.key", dovecot.api_key + "\n")
        os.chmod(key, 0o600)
        with open(gate.config, "a", encoding="utf-8") as file:
            file.write(f'\n[dovecot]\ndoveadm = "unix:'
                       f'{dovecot.doveadm_socket}"\n'
                       f'api_key_file = "{key}"\n')
        dovecot.start()
        gate.stop()
        gate.start()
        return dovecot

    @staticmethod
    def is_out(client):
        try:
            client.noop()
        except (imaplib.IMAP4.abort, OSError):
            return True
        return False

    def test_a_fleet_lock_at_real_dovecots(self):
        inside = [dovecot.imap("bob@example.org") for dovecot in
                  self.dovecots]
        for client in inside:
            client.select()
        self.rig.apply()
        for client in inside:
            wait_for("bob to be cut off",
                     lambda client=client: self.is_out(client), 20)
        for dovecot in self.dovecots:
            self.assertIn("UNAVAILABLE",
                          dovecot.imap_refusal("bob@example.org"))
            dovecot.imap("alice@example.org").logout()
        self.rig.lift()
        for dovecot in self.dovecots:
            dovecot.imap("bob@example.org").logout()


if __name__ == "__main__":
    if providers.missing():
        print("skipped:", providers.missing())
        sys.exit(77)
    dovecot_fixture.require("dovecot", "doveadm")
    unittest.main(verbosity=2)
