# SPDX-License-Identifier: ISC
"""How long a lock of a fleet takes, and what it costs the directory.

fleet.py [GATES [SCENE...]]: gates (100) of the build in LOGONGATE_BIN_DIR at
two OpenLDAP providers, on this machine; with LOGONGATE_FLEET_NOSYNC=1 without
what their disk takes. From the beginning of apply to what a gate says of itself: p50 and max over
all gates, in milliseconds, as apply --fleet --json tells.
"""
import contextlib
import os
import statistics
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "live", "testbed"))
import providers                    # noqa: E402
from fleet_rig import FLEET, Rig    # noqa: E402
from programs import wait_for       # noqa: E402

ROUNDS = 5


def ticks(pid):
    """Seconds of processor time so far, and resident kB."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        parts = file.read().rpartition(")")[2].split()
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = file.read()
    rss = int(status.partition("VmRSS:")[2].split()[0])
    return ((int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK"),
            rss)


class Bench:
    def __init__(self, rig):
        self.rig = rig

    @staticmethod
    def say(what, done, lift_s=None):
        after = sorted(one["after_s"] * 1000 for one in done["gates"]
                       if one["state"] == "in-force")
        left = [one["name"] for one in done["gates"]
                if one["state"] != "in-force"]
        if not after:
            print(f"{what:44} nobody: {done.get('error')}", flush=True)
            return
        text = (f"{what:44} {len(after):4} gates  p50 "
                f"{statistics.median(after):7.0f}  max {after[-1]:7.0f} ms  "
                f"command {done['took_s'] * 1000:7.0f} ms")
        if lift_s is not None:
            text += f"  lift {lift_s * 1000:7.0f} ms"
        if left:
            text += f"  without {len(left)}"
        print(text, flush=True)

    def truth(self, refuses, gates=None):
        """What each gate answers, and not what it says of itself."""
        for gate in gates or self.rig.gates:
            if self.rig.refuses(gate) != refuses:
                raise AssertionError(f"{gate.fleet_name}: not {refuses}")

    def all_heard(self):
        wait_for("all gates to be heard", lambda: not any(
            one["away"] or one["differs"]
            for one in self.rig.fleet().values()), 120)

    def quiet(self):
        for i in range(ROUNDS):
            done = self.rig.apply("anna", None, "--within", "30s")
            self.truth(True)
            lift_s = self.rig.lift()
            self.truth(False)
            self.say(f"quiet, {i + 1}", done, lift_s)

    def during(self, what, action, *words):
        """action happens a moment after apply began."""
        timer = threading.Timer(0.05, action)
        timer.start()
        done = self.rig.apply("anna", None, "--within", "60s", *words,
                              code=None)
        timer.join()
        self.say(what, done)
        return done

    def killed(self):
        server = self.rig.servers[0]
        self.during("provider killed -9 in the middle", server.kill)
        self.truth(True)
        server.start()
        print(f"{'  lift with it back':44} {self.rig.lift() * 1000:.0f} ms")
        self.truth(False)
        self.all_heard()

    def stopped(self):
        server = self.rig.servers[0]
        self.during("provider stopped in the middle", server.pause)
        self.truth(True)
        server.go_on()
        back = time.monotonic()
        providers.wait_equal(self.rig.servers, "ou=locks," + FLEET, 60)
        print(f"{'  both providers the same again':44} "
              f"{(time.monotonic() - back) * 1000:.0f} ms")
        self.rig.lift()
        self.all_heard()

    def gates_killed(self):
        some = self.rig.gates[::10]

        def again():
            for gate in some:
                gate.kill()
            for gate in some:
                gate.start()

        self.during("every tenth gate killed and started", again)
        self.truth(True)
        self.rig.lift()
        self.all_heard()

    def away_for_a_minute(self):
        self.rig.apply("anna", None, "--within", "30s")
        for server in self.rig.servers:
            server.kill()
        gone = time.monotonic()
        while time.monotonic() - gone < 60:
            self.truth(True, self.rig.gates[::7])
            time.sleep(5)
        for server in self.rig.servers:
            server.start()
        back = time.monotonic()
        wait_for("all to be connected", lambda: all(
            self.rig.connected(gate) for gate in self.rig.gates), 120)
        print(f"{'directory away for a minute: all back':44} "
              f"{(time.monotonic() - back) * 1000:.0f} ms")
        self.truth(True)
        self.rig.lift()
        self.truth(False)
        self.all_heard()

    def full_disk(self):
        gate = self.rig.gates[-1]
        gate.stop()
        try:
            with gate.small_disk():
                gate.start()
                self.all_heard()
                gate.fill()
                done = self.rig.apply("anna", None, "--within", "10s",
                                      code=None)
                self.say("disk of one gate full", done)
                for one in done["gates"]:
                    if one["state"] != "in-force" and one["why"]:
                        print(f"  {one['name']}: {one['why']}")
                self.rig.command("anna", "lift", "--fleet", "--ensure",
                                 code=None)
        except LookupError as error:
            print(f"disk of one gate full: {error}")
        gate.start()
        self.all_heard()

    def cost(self):
        """A minute of nothing: what heartbeats cost the providers."""
        before = [ticks(server.pid) for server in self.rig.servers]
        seconds = 20
        time.sleep(seconds)
        for server, (cpu, _) in zip(self.rig.servers, before):
            now, rss = ticks(server.pid)
            count = len(os.listdir(f"/proc/{server.pid}/fd"))
            print(f"provider {server.number}: {count} descriptors, "
                  f"{rss / 1024:.0f} MB, {(now - cpu) / seconds * 100:.1f} % "
                  f"of a processor with a heartbeat each "
                  f"{self.rig.heartbeat} s of {len(self.rig.gates)} gates")
        rss = [ticks(gate.process.pid)[1] for gate in self.rig.gates]
        print(f"a gate: {statistics.median(rss) / 1024:.1f} MB")


SCENES = ("quiet", "cost", "killed", "stopped", "gates_killed", "full_disk",
          "away_for_a_minute")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    scenes = sys.argv[2:] or SCENES
    began = time.monotonic()
    with contextlib.closing(Rig(count, heartbeat=5, timeout=3)) as rig:
        print(f"{count} gates, two providers, {os.cpu_count()} processors, "
              f"load {os.getloadavg()[0]:.1f}; up in "
              f"{time.monotonic() - began:.0f} s", flush=True)
        bench = Bench(rig)
        bench.all_heard()
        for scene in scenes:
            try:
                getattr(bench, scene)()
            except AssertionError as error:
                print(f"{scene}: FAILED: {str(error)[:300]}", flush=True)
                return 1
    return 0


if __name__ == "__main__":
    if providers.missing():
        print("skipped:", providers.missing())
        sys.exit(77)
    sys.exit(main())
