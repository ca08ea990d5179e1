# SPDX-License-Identifier: ISC
"""Times as they are typed: understood, said with their offset, kept."""
import time

import driver

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"


def changes_in(seconds, west_to_east):
    """A zone whose clock goes back (forward) by an hour in so many seconds."""
    moment = time.gmtime(time.time() + seconds + 3600)
    other = (moment.tm_yday + 180) % 360 + 1
    day = moment.tm_yday - 1
    at = f"{moment.tm_hour}:{moment.tm_min:02}:{moment.tm_sec:02}"
    if west_to_east:
        return f"AAA-1BBB-2,{day}/{at},{other}/0"
    # Rules of the end are written in summer time.
    return f"AAA-0BBB-1,{other}/0,{day}/{at}"


class Times(driver.Case):

    def endless(self):
        """A profile without max_duration."""
        return self.profile("endless", """[profile]
description = "No limit"

[protocols]
refuse = "imap"
""")

    def understood(self, text, option="--until", zone=BERLIN, code=0,
                   extra=()):
        self.environment["TZ"] = zone
        done = self.expect(code, "plan", self.endless(), self.directory(),
                           option, text, *extra)
        lines = [line for line in done.err.splitlines() if option in line]
        self.assertEqual(len(lines), 1, done)
        return lines[0]

    def test_dates_are_said_with_their_offset(self):
        for text, wanted in (
                ("2030-07-01 06:00", "Mon 2030-07-01 06:00:00+02:00"),
                ("2030-01-01 06:00:30", "Tue 2030-01-01 06:00:30+01:00"),
                ("2030-01-01T06:00:30Z", "Tue 2030-01-01 07:00:30+01:00"),
                ("2030-10-27 02:30", "Sun 2030-10-27 02:30:00+02:00 (the "
                 "clock shows this time twice: the first that is still "
                 "ahead)"),
                ("2030-03-31 02:30", "Sun 2030-03-31 03:00:00+02:00 (the "
                 "clock skips the time you wrote: the first moment after "
                 "the gap)")):
            self.assertEqual(self.understood(text),
                             f"logongate: --until is {wanted}")

    def test_the_doubled_hour_while_it_runs(self):
        # The clock goes back an hour in ten minutes: what it shows in twenty
        # minutes, as the time is now written, comes again in eighty.
        zone = changes_in(600, False)
        self.environment["TZ"] = zone
        ahead = time.strftime("%H:%M", time.gmtime(time.time() + 3600 + 300))
        line = self.understood(ahead, zone=zone)
        self.assertIn("+01:00 (the clock shows this time twice", line)
        behind = time.strftime("%H:%M", time.gmtime(time.time() + 3600 - 300))
        line = self.understood(behind, zone=zone)
        self.assertIn("+00:00 (the clock shows this time twice", line)

    def test_without_a_day_it_is_the_next(self):
        now = time.time()
        past = time.gmtime(now - 3600)
        line = self.understood(time.strftime("%H:%M", past), zone="UTC0")
        wanted = time.strftime("%Y-%m-%d", time.gmtime(now + 82800))
        self.assertIn(wanted, line)

    def test_json_says_it_too_and_quiet_does_not(self):
        self.environment["TZ"] = BERLIN
        words = ("plan", self.endless(), self.directory(), "--until",
                 "2030-07-01 06:00")
        done = self.expect(0, *words, "--json")
        self.assertIn("2030-07-01 06:00:00+02:00", done.err)
        self.assertEqual(done.json["until"], "2030-07-01T04:00:00Z")
        self.assertNotIn("2030", self.expect(0, *words, "--quiet").err)

    def test_a_beginning_is_said_as_well(self):
        line = self.understood("2030-07-01 06:00", option="--at",
                               extra=("--for", "1w"))
        self.assertIn("2030-07-01 06:00:00+02:00", line)

    def test_usage(self):
        for text, word in (
                ("2030-07-01", "a day without a time"),
                ("2030-07-01T06:00:00", "needs seconds and an offset"),
                ("2001-07-01 06:00", "is in the past; it is "),
                ("yesterday 06:00", "is in the past; it is "),
                ("Sam 06:00", "is not a time"),
                ("Sat", "is not a time"),
                ("2030-02-30 06:00", "not a day that exists"),
                ("25:00", "no such time of day")):
            self.assertIn(word, self.understood(text, code=2))
            self.assertIn(word, self.understood(
                text, option="--at", code=2, extra=("--for", "1h")))
        self.environment["TZ"] = BERLIN
        for text in ("2030-07-01 06:00", "tomorrow 06:00", "2001-07-01"):
            self.expect(2, "history", "--since", text)

    def test_since_looks_back(self):
        self.environment["TZ"] = BERLIN
        for text in ("2w", "today", "Sat", "Sat 22:00", "yesterday 06:00",
                     "2001-07-01 06:00", "06:00"):
            self.expect(0, "history", "--since", text)
        self.assertIn("today, Sat, yesterday 06:00, a span such as 7d",
                      self.expect(2, "history", "--since", "yesterday").err)
        done = self.expect(0, "history", "--since", "2001-07-01 06:00")
        self.assertIn("--since is Sun 2001-07-01 06:00:00+02:00", done.err)
        done = self.expect(0, "history", "--since", "2025-10-26 02:30")
        self.assertIn("02:30:00+02:00 (the clock shows this time twice: the "
                      "earlier one)", done.err)


if __name__ == "__main__":
    driver.main()
