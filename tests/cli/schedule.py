# SPDX-License-Identifier: ISC
"""Windows that come again: units that systemd takes, and lines for cron.

systemctl is a program of the test's own that says what it was asked; whether
units, command lines and calendars are right is asked of systemd itself."""
import os
import shlex
import shutil
import stat
import subprocess
import unittest

import driver

UNITS = os.path.join(driver.SOURCE, "src/packaging/systemd")

SYSTEMCTL = """#!/bin/sh
echo "$*" >>"$LOGONGATE_TEST_ASKED"
case $* in
show*ActiveState*"@${LOGONGATE_TEST_FAILED:-nothing}.service") echo failed ;;
show*ActiveState*) echo inactive ;;
show*) [ "$TZ" != UTC0 ] || echo "${LOGONGATE_TEST_NEXT:-@1900000000}" ;;
enable*) exit "${LOGONGATE_TEST_FAILS:-0}" ;;
esac
"""


class Schedule(driver.Case):

    def setUp(self):
        super().setUp()
        self.units = self.path("units")
        os.mkdir(self.units)
        tool = self.write("bin/systemctl", SYSTEMCTL)
        os.chmod(tool, os.stat(tool).st_mode | stat.S_IXUSR)
        self.environment.update(
            PATH=self.path("bin") + ":" + self.environment["PATH"],
            LOGONGATE_TEST_ASKED=self.path("asked"),
            SYSTEMD_UNIT_PATH=self.units)

    def asked(self):
        return self.read("asked").decode().splitlines()

    def drop_in(self, name, kind):
        return self.read(f"units/logongate-window@{name}.{kind}.d/"
                         "schedule.conf").decode()

    def add(self, *words, code=0, **how):
        return self.expect(code, "schedule", "add", *words, **how)

    def verify(self, name):
        """systemd-analyze verify says nothing; what the service starts."""
        for file in os.listdir(UNITS):
            if file.startswith("logongate-window@"):
                shutil.copy(os.path.join(UNITS, file), self.units)
        done = subprocess.run(
            ["systemd-analyze", "--man=no", "verify",
             f"logongate-window@{name}.timer",
             f"logongate-window@{name}.service"],
            env={**self.environment, "SYSTEMD_UNIT_PATH": self.units + ":"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
        said = [line for line in done.stdout.splitlines() if "window" in line]
        self.assertEqual(said, [], done.stdout)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd")
    def test_units_that_systemd_takes(self):
        self.add("night", self.listed(), "--on-calendar", "Sun 02:00",
                 "--for", "2h", "--accept-warnings", "--reason",
                 'a "50%" \\ $HOME day', "--", "/bin/sh", "-c", "exit 3")
        timer = self.drop_in("night", "timer")
        self.assertIn("OnCalendar=Sun 02:00\n", timer)
        service = self.drop_in("night", "service")
        self.assertIn('"run" "' + self.path("upgrade.ini") + '" "--for" "2h" '
                      '"--accept-warnings" "--reason" '
                      '"a \\"50%%\\" \\\\ $$HOME day" "--" "/bin/sh" "-c" '
                      '"exit 3"\n', service)
        self.verify("night")
        self.assertEqual(self.asked()[:2], [
            "daemon-reload", "enable --now logongate-window@night.timer"])

    def test_listed_and_removed(self):
        profile = self.listed()
        done = self.add("night", profile, "--on-calendar", "daily", "--for",
                        "1h", "--json").json
        self.assertEqual(done, {"name": "night", "calendar": "daily",
                                "next": "2030-03-17T17:46:40Z"})
        self.add("a.b", profile, "--on-calendar", "Sat 22:00", "--for", "2h")
        done = self.expect(0, "schedule", "list", "--json").json
        self.assertEqual(done, {"schedules": [
            {"name": "a.b", "profile": "upgrade", "calendar": "Sat 22:00",
             "for": "2h", "next": "2030-03-17T17:46:40Z", "failed": False},
            {"name": "night", "profile": "upgrade", "calendar": "daily",
             "for": "1h", "next": "2030-03-17T17:46:40Z",
             "failed": False}]})
        self.assertIn("Sat 22:00", self.expect(0, "schedule", "list").out)
        # What systemd says, 252 and 257, whatever --timestamp asks for.
        for said, want in (("Sun 2030-03-17 17:46:40 UTC",
                            "2030-03-17T17:46:40Z"), ("n/a", None), ("", None),
                           ("Sun 2030-03-17 18:46:40 CET", None)):
            self.assertEqual(
                {row["next"] for row in self.expect(
                    0, "schedule", "list", "--json",
                    LOGONGATE_TEST_NEXT=said or " ").json["schedules"]},
                {want}, said)
        self.expect(0, "schedule", "remove", "night")
        self.assertIn("disable --now logongate-window@night.timer",
                      self.asked())
        self.assertEqual(os.listdir(self.units),
                         [name for name in os.listdir(self.units)
                          if "@a.b." in name])
        self.assertIn("no schedule night", self.expect(
            3, "schedule", "remove", "night").err)

    def test_one_that_failed_at_night_is_told(self):
        words = (self.listed(), "--on-calendar", "daily", "--for", "1h")
        self.add("day", *words)
        self.add("night", *words)
        self.assertNotIn("failed", self.expect(0, "schedule", "list").out)
        self.assertEqual(self.expect(0, "status", "--json").json["loud"], [])
        failed = {"LOGONGATE_TEST_FAILED": "night"}
        self.assertRegex(self.expect(0, "schedule", "list", **failed).out,
                         r"day .*[^d]\nnight .* failed\n")
        self.assertEqual(
            {row["name"]: row["failed"] for row in self.expect(
                0, "schedule", "list", "--json",
                **failed).json["schedules"]}, {"day": False, "night": True})
        [said] = self.expect(0, "status", "--json", **failed).json["loud"]
        self.assertIn("the scheduled window night failed", said)
        self.assertIn("! " + said, self.expect(0, "status", **failed).out)
        self.assertIn("LOGONGATE WARNING - " + said, self.expect(
            1, "status", "--check", **failed).out)
        self.expect(0, "schedule", "remove", "night", **failed)
        self.expect(0, "status", "--check", **failed)

    def test_the_same_again_is_no_change_and_another_is_refused(self):
        words = ("night", self.listed(), "--on-calendar", "daily", "--for")
        self.add(*words, "1h")
        before = self.drop_in("night", "service")
        self.add(*words, "1h")
        self.assertIn("already", self.add(*words, "2h", code=3).err)
        self.assertEqual(self.drop_in("night", "service"), before)

    def test_what_systemd_refuses_leaves_nothing(self):
        self.add("night", self.listed(), "--on-calendar", "daily", "--for",
                 "1h", code=6, LOGONGATE_TEST_FAILS="1")
        self.assertEqual(os.listdir(self.units), [])

    def test_what_would_be_refused_at_night_is_refused_now(self):
        words = ("--on-calendar", "daily", "--for", "1h", self.directory())
        some = self.listed("some", allow=("gone", "tester"))
        done = self.add("night", some, *words, code=5)
        self.assertIn("dn-not-found: ", done.err)
        self.assertIn("schedule add does it with --accept-warnings", done.err)
        self.assertEqual(os.listdir(self.units), [])
        self.add("night", some, *words, "--accept-warnings")
        self.assertIn('"--accept-warnings"', self.drop_in("night", "service"))
        # What is away now may be there at night.
        done = self.add("other", self.listed(), *words[:-1], "--directory",
                        "ldif:/nowhere")
        self.assertIn("/nowhere", done.err)
        self.assertIn("cannot be told now; it is scheduled all the same",
                      done.err)

    def test_a_command_is_found_where_the_calendar_starts_it(self):
        words = (self.listed(), "--on-calendar", "daily", "--for", "1h", "--")
        os.chmod(self.write("upgrade.sh", "#!/bin/sh\n"), 0o755)
        self.add("night", *words, "./upgrade.sh", "./as it is")
        here = os.path.realpath(self.folder)
        self.assertIn(f'"--" "{here}/upgrade.sh" "./as it is"\n',
                      self.drop_in("night", "service"))
        self.directory()
        self.add("there", "--directory", "ldif:directory.ldif", *words[:-1])
        self.assertIn(f'"--directory" "ldif:{here}/directory.ldif"',
                      self.drop_in("there", "service"))
        for name in ("upgrade.sh", "./gone.sh"):
            done = self.add("other", *words, name, code=3)
            self.assertIn("; nothing was scheduled\n", done.err)
        self.assertFalse([name for name in os.listdir(self.units)
                          if "other" in name])

    def test_bad_input_schedules_nothing(self):
        profile = self.listed()
        good = ("--on-calendar", "daily", "--for", "1h")
        for code, words in (
                (2, ("night", profile, "--on-calendar", "daily")),
                (2, ("night", profile, "--for", "1h")),
                (2, ("night", profile, *good[:3], "9h")),
                (2, ("night", profile, *good[:3], "soon")),
                (2, ("../night", profile, *good)),
                (2, (".night", profile, *good)),
                (2, ("n" * 65, profile, *good)),
                (2, ("night", profile, *good, "--")),
                (2, ("night", profile, *good, "--at", "22:00")),
                (3, ("night", "unknown", *good)),
                (3, ("night", profile, *good, "--reason", "two\nlines"))):
            self.add(*words, code=code)
        if shutil.which("systemd-analyze"):
            self.add("night", profile, "--on-calendar", "Sunday noon",
                     "--for", "1h", code=2)
            self.assertIn("does not come again", self.add(
                "night", profile, "--on-calendar", "2020-01-01 02:00",
                "--for", "1h", code=2).err)
        self.assertIn("upgrade runs at most 8 h (max_duration in ", self.add(
            "night", profile, *good[:3], "9h", code=2).err)
        self.assertEqual(os.listdir(self.units), [])

    @unittest.skipIf(os.path.exists("/run/systemd/system"), "systemd runs")
    def test_without_systemd_cron(self):
        del self.environment["SYSTEMD_UNIT_PATH"]
        profile = self.listed()
        for calendar, fields in (
                ("Sun 02:00", "0 2 * * 0"),
                ("Mon..Fri 22:30", "30 22 * * 1-5"),
                ("Sat,Sunday 02:05:00", "5 2 * * 6,0"),
                ("Fri..Sun 1:00", "0 1 * * 5-7"),
                ("*-*-01 03:30", "30 3 1 * *"),
                ("*-12-24 03:30", "30 3 24 12 *"),
                ("12-24 03:30", "30 3 24 12 *"),
                ("*-*-* 04:00", "0 4 * * *"),
                ("*:15", "15 * * * *"),
                ("daily", "0 0 * * *"),
                ("weekly", "0 0 * * 1")):
            done = self.add("night", profile, "--on-calendar", calendar,
                            "--for", "1h", "--reason", "it's 5%")
            line = done.out.splitlines()[0]
            self.assertTrue(line.startswith(fields + " root "), line)
            # What cron hands to sh.
            words = shlex.split(line[len(fields):].replace("\\%", "%"))
            self.assertEqual(words, [
                "root", os.path.realpath(driver.LOGONGATE), "apply", profile,
                "--for", "1h", "--reason", "it's 5%"])
            self.assertIn("/etc/cron.d/logongate-night", done.err)
        for calendar in ("Sun *-*-01 02:00", "2030-01-01 02:00", "02:00:30",
                         "Sun", "*-*~1 02:00", "00/2:00", "25:00", ""):
            self.assertIn("cron cannot say", self.add(
                "night", profile, "--on-calendar", calendar, "--for", "1h",
                code=3).err)
        self.add("night", profile, "--on-calendar", "daily", "--for", "1h",
                 "--reason", "two\nlines", code=3)
        done = self.add("night", profile, "--on-calendar", "Sun 02:00",
                        "--for", "1h", "--json").json
        self.assertEqual(done["cron"][:9], "0 2 * * 0")


if __name__ == "__main__":
    driver.main()
