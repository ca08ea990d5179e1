# SPDX-License-Identifier: ISC
"""Gates of a fleet at two OpenLDAP providers, of which one dies, stands still,
or is cut off from the other while two administrators lock."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "testbed"))
import providers                    # noqa: E402
from fleet_rig import FLEET, Rig    # noqa: E402
from programs import wait_for       # noqa: E402

GATES = 4


class Providers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig(GATES)
        cls.addClassCleanup(cls.rig.close)

    def setUp(self):
        self.gates = self.rig.gates

    def tearDown(self):
        rig = self.rig
        for server in rig.servers:
            if server.process.poll() is not None:
                server.start()
            server.go_on()
        rig.mend()
        for gate in rig.gates:
            if gate.process.poll() is not None:
                gate.start()
        rig.command("anna", "lift", "--fleet", "--all", "--ensure",
                    "--quiet", code=None)
        wait_for("all to be quiet again",
                 lambda: not any(rig.held(gate) for gate in rig.gates), 40)
        wait_for("all to be heard", lambda: not any(
            one["away"] for one in rig.fleet().values()), 40)

    def all_hold(self, ids, seconds=30):
        wait_for(f"all to hold {ids}", lambda: all(
            self.rig.held(gate) == set(ids) for gate in self.gates), seconds)

    def test_gates_are_spread_and_one_provider_dies(self):
        rig = self.rig
        # join gave them different orders.
        self.assertEqual(len({self.first(gate) for gate in self.gates}), 2)
        for dead in (0, 1):
            with self.subTest(provider=dead):
                # The other one may not have heard of the last lift yet.
                providers.wait_equal(rig.servers, "ou=locks," + FLEET)
                rig.servers[dead].kill()
                done = rig.apply()
                self.assertEqual({one["state"] for one in done["gates"]},
                                 {"in-force"}, done)
                for gate in self.gates:
                    self.assertTrue(rig.refuses(gate))
                    self.assertFalse(rig.refuses(gate, "alice@example.org"))
                rig.servers[dead].start()
                rig.lift()
                for gate in self.gates:
                    self.assertFalse(rig.refuses(gate))

    @staticmethod
    def events(server):
        """The locks of which a provider knows the beginning."""
        found = server.ldap("ldapsearch", "", "-LLL", "-b", "ou=locks,"
                            + FLEET, "(logongateKind=begin)",
                            "logongateLock").stdout
        return {line.split()[1] for line in found.splitlines()
                if line.startswith("logongateLock: ")}

    @staticmethod
    def first(gate):
        with open(gate.config, encoding="utf-8") as file:
            text = file.read()
        return text.partition("[fleet]")[2].partition(
            'uri = "')[2].split()[0]

    def test_one_provider_stands_still(self):
        rig = self.rig
        for still in (0, 1):
            with self.subTest(provider=still):
                rig.servers[still].pause()
                done = rig.apply("anna", None, "--within", "20s")
                self.assertEqual({one["state"] for one in done["gates"]},
                                 {"in-force"}, done)
                # What it was asked while it stood still it does now.
                rig.servers[still].go_on()
                providers.wait_equal(rig.servers, "ou=locks," + FLEET)
                self.all_hold([done["id"]])
                rig.lift()
                for gate in self.gates:
                    self.assertFalse(rig.held(gate))

    def test_two_administrators_while_the_providers_are_apart(self):
        rig = self.rig
        for name, one in (("anna", rig.servers[0]), ("bert",
                                                     rig.servers[1])):
            rig.administrator(name, one.uri)
        self.addCleanup(rig.administrator, "anna", rig.uris)
        self.addCleanup(rig.administrator, "bert", rig.uris)
        for gate in self.gates:  # each to its first provider
            gate.stop()
            gate.start()
        wait_for("all to be connected", lambda: all(
            rig.connected(gate) for gate in self.gates), 40)
        rig.cut()
        # The gates hear both providers, and answer where the news is.
        whole = rig.apply("anna", None, "--require", "1", "--within", "3s")
        domain = rig.apply("bert", rig.profile(
            "freeze", "[applies_to]\ndomains = \"example.net\"\n"),
            "--require", "1", "--within", "3s")
        self.all_hold([whole["id"], domain["id"]])
        both = {whole["id"], domain["id"]}
        for server, there in zip(rig.servers, (whole, domain)):
            self.assertEqual(self.events(server) & both, {there["id"]})
        rig.mend()
        providers.wait_equal(rig.servers, "ou=locks," + FLEET)
        self.all_hold([whole["id"], domain["id"]])
        for gate in self.gates:
            self.assertTrue(rig.refuses(gate))
            self.assertTrue(rig.refuses(gate, "alice@example.net"))
        rig.administrator("anna", rig.uris)
        rig.lift("anna", "upgrade")
        self.all_hold([domain["id"]])
        self.assertFalse(rig.refuses(self.gates[0]))
        self.assertTrue(rig.refuses(self.gates[0], "x@example.net"))

    def test_all_providers_are_away_and_a_gate_starts_meanwhile(self):
        rig = self.rig
        done = rig.apply()
        for server in rig.servers:
            server.kill()
        self.gates[1].kill()
        self.gates[1].start()
        for gate in self.gates:
            self.assertEqual(rig.held(gate), {done["id"]})
            self.assertTrue(rig.refuses(gate))
        rig.command("anna", "lift", "--fleet", code=4)
        for server in rig.servers:
            server.start()
        wait_for("all to be connected again", lambda: all(
            rig.connected(gate) for gate in self.gates), 40)
        self.all_hold([done["id"]])

    def test_a_gate_that_lost_its_rights_keeps_what_it_has(self):
        rig = self.rig
        done = rig.apply()
        name = self.gates[3].fleet_name
        rig.command("bert", "fleet", "forget", name)
        providers.wait_equal(rig.servers, "ou=gates," + FLEET)
        for server in rig.servers:
            server.kill()
            server.start()
        wait_for("it to be loud", lambda: not rig.connected(self.gates[3]),
                 40)
        self.assertEqual(rig.held(self.gates[3]), {done["id"]})
        rig.command("bert", "fleet", "join", name, "--settings",
                    self.gates[3].config, "--groups", "web")
        self.gates[3].stop()
        self.gates[3].start()
        self.assertEqual(rig.held(self.gates[3]), {done["id"]})


if __name__ == "__main__":
    lacking = providers.missing()
    if lacking:
        print(f"skipped: no {lacking}")
        sys.exit(77)
    unittest.main(verbosity=2)
