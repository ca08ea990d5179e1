#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The damage matrix: every fault at every door, with the real servers.

Each cell says what somebody who is locked out and somebody who is listed get.
Nobody who is locked out may get in, except where a door is open by its own
configuration while the gate is gone, which is known beforehand. The table is
printed; src/doc/damage.md is the same table, and the test fails when they
differ (damage.py --write writes it)."""
import base64
import concurrent.futures
import contextlib
import http.client
import imaplib
import os
import re
import shutil
import sys
import time

import gate_dovecot
import haproxy
import nginx
import nginx_server
import pam
import postfix
import programs
import slow_disk
import wall_clock
from other_users import Held
from running_gate import BASE, DN, Gate

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import slapd  # noqa: E402

SOURCE = programs.SOURCE
TABLE = os.path.join(SOURCE, "src/doc/damage.md")
# How long the gate waits for its directory, and a door for the gate meanwhile.
TIMEOUT_S, ASKING_S = 2, 1
# Columns that run at a time; most of a column is waiting.
COLUMNS = 4
# More than one user may hold, and whose they are.
PLACES, STRANGER = 600, 61999
FSYNC_MS = 500
# The lock whose end is waited for while the clock says something else.
SHORT_S = 4
IN, REFUSED, LATER, FAILED = "in", "refused", "try later", "error"


PEOPLE = f"""dn: {slapd.SUFFIX}
objectClass: dcObject
objectClass: organization
dc: acme
o: ACME

""" + "".join(f"""dn: uid={uid},{slapd.SUFFIX}
objectClass: inetOrgPerson
objectClass: exchMailRecipient
uid: {uid}
cn: {uid}
sn: {uid}
mail: {uid}@example.org
legacyExchangeDN: {DN}{uid}

""" for uid in ("tester", "other", "alice", "bob"))
NOBODY = ("access to filter=(objectClass=inetOrgPerson) by * none\n"
          + slapd.READABLE)


class Bed:
    """A door: probe(user) tells what happens, gate is its gate."""
    listed, other = "tester", "other"
    down = LATER            # while the gate is gone, for everybody
    without = REFUSED       # while it has no policy, for everybody
    said = slapd = None

    def directory(self):
        """A slapd of its own for its gate."""
        os.mkdir(self.gate.path("slapd"))
        self.slapd = slapd.Slapd(self.gate.path("slapd"), PEOPLE,
                                 access=slapd.READABLE)
        self.sources = (
            f'uri = "ldif:{self.gate.ldif}"\nbase = "{BASE}"',
            f'uri = "{self.slapd.uri}"\nbase = "{slapd.SUFFIX}"\n'
            f'tls = none\ntimeout_s = {TIMEOUT_S}')
        self.gate.settings(*self.sources)

    def wall_clock(self):
        """A wall clock of its own for its gate. libldap's time limits are none
        under libfaketime: the directory is an export from here on."""
        self.gate.settings(*reversed(self.sources))
        self.clock = wall_clock.WallClock(self.gate.folder)
        self.gate.env.update(self.clock.environment())

    def lock(self, seconds=3600):
        self.gate.lock(self.gate.profile(listed=[self.listed]),
                       for_s=seconds)

    def loud(self):
        return self.gate.status().get("loud") or []

    def settled(self, user, expected):
        """Servers notice that a gate is back when they next look. Until then
        they do what they do without one, and that lets nobody in."""
        end = time.monotonic() + 20
        while (found := self.probe(user)) != expected and \
                time.monotonic() < end:
            if found == IN:
                break
            time.sleep(0.1)
        return found


class Decide(Bed):
    name = "POST /v1/decide"
    down = FAILED

    def open(self):
        self.gate = Gate(names=(self.listed, self.other)).start()

    def probe(self, user):
        try:
            verdict = self.gate.decide(user=user, protocol="imap")["verdict"]
        except (OSError, http.client.HTTPException):
            return FAILED
        return IN if verdict == "admit" else REFUSED

    def close(self):
        self.gate.close()


class FromTest(Bed):
    """A door that another test knows how to set up."""

    def open(self):
        # Two doors of one test have a gate each.
        self.test = type(self.case.__name__, (self.case,), {})
        self.test.setUpClass()
        self.one = self.test(self.row)
        self.gate = self.test.gate

    def close(self):
        self.one.doCleanups()
        self.test.doClassCleanups()


class Web(FromTest):
    without = LATER
    row = "test_webmail_is_refused_with_a_page"

    def probe(self, user):
        word = base64.b64encode(f"{user}:x".encode()).decode()
        try:
            answer = self.one.ask("GET", "/owa/", [
                ("Authorization", "Basic " + word)])
        except (http.client.HTTPException, OSError):
            return FAILED
        if answer.status == 200:
            return IN
        self.said = f"{answer}"
        return REFUSED if b"Closed until" in answer.body else LATER


class Nginx(Web):
    name = "nginx"
    case = nginx.Nginx


class HAProxy(Web):
    name = "HAProxy"
    case = haproxy.HAProxy


class Postfix(FromTest):
    name = "Postfix"
    case = postfix.Submission
    row = "test_without_a_lock_everybody_submits"

    def probe(self, user):
        client = self.one.submitter(user)
        code, self.said = client.mail("a@example.net")
        client.close()
        return {250: IN, 421: REFUSED}.get(code, LATER)


class Pam(FromTest):
    name = "PAM, closed"
    case = pam.Pam
    row = "test_the_listed_get_in_and_others_read_why"
    stack = "logongate-closed"
    down = FAILED

    def open(self):
        super().open()
        self.one.stack(self.stack)

    def probe(self, user):
        admitted, text = self.one.ask(self.stack, user)
        if admitted:
            return IN
        self.said = text
        return REFUSED if "Permission denied" in text else FAILED


class PamOpen(Pam):
    name = "PAM, open"
    stack = "logongate-open"
    down = IN


class Dovecot(Bed):
    listed, other = "alice", "bob"
    without = LATER

    def open(self):
        self.site = gate_dovecot.Site(self.door)
        self.site.__enter__()
        self.gate = self.site.gate

    def probe(self, user):
        # Dovecot gives a dict that says nothing 30 seconds.
        client = imaplib.IMAP4("127.0.0.1", self.site.dovecot.imap_port, 90)
        try:
            client.login(user, gate_dovecot.USERS[user])
            client.logout()
            return IN
        except imaplib.IMAP4.error as error:
            text = str(error)
        self.said = text
        if "Closed until" in text:
            return REFUSED
        return LATER if "UNAVAILABLE" in text else FAILED

    def close(self):
        self.site.__exit__(None, None, None)


class DovecotPolicy(Dovecot):
    name = "Dovecot, auth policy"
    door = "policy"
    down = IN


class DovecotDict(Dovecot):
    name = "Dovecot, dict"
    door = "dict"


def overwrite(bed, name, data):
    with open(bed.gate.stored(name), "wb") as file:
        file.write(data)


def truncated(bed):
    size = os.path.getsize(bed.gate.stored("registry.reg"))
    os.truncate(bed.gate.stored("registry.reg"), size // 2)


def unreadable(bed):
    os.unlink(bed.gate.stored("registry.reg"))
    os.mkdir(bed.gate.stored("registry.reg"))


def no_copy(bed):
    for name in ("registry.reg", "registry.good.reg"):
        overwrite(bed, name, b"garbage")
    for name in os.listdir(bed.gate.stored("locks")):
        overwrite(bed, "locks/" + name, b"garbage")
    shutil.rmtree(bed.gate.stored("backups"), True)


def no_findings(bed):
    """What the directory said, of the lock and of what was there before."""
    for name in os.listdir(bed.gate.stored("locks")):
        if name.endswith(".findings"):
            os.unlink(bed.gate.stored("locks/" + name))
    if os.path.exists(bed.gate.stored("findings")):
        os.unlink(bed.gate.stored("findings"))


# What is done between a kill and a start, and what must be said loudly.
FAULTS = (
    ("gate killed and started again", lambda bed: None, False),
    ("registry.reg deleted",
     lambda bed: os.unlink(bed.gate.stored("registry.reg")), True),
    ("registry.reg unreadable", unreadable, True),
    ("registry.reg truncated", truncated, True),
    ("registry.reg garbage",
     lambda bed: overwrite(bed, "registry.reg", b"\0\xff" * 99), True),
    ("registry.reg from a newer version",
     lambda bed: overwrite(bed, "registry.reg",
                           b"Windows Registry Editor Version 6.00\n\n"), True),
    ("lock.json deleted",
     lambda bed: os.unlink(bed.gate.stored("lock.json")), True),
    ("lock.json garbage",
     lambda bed: overwrite(bed, "lock.json", b"{"), True),
    ("findings deleted", no_findings, False),
)
# What is done to the directory, and how it is undone. One in which the search
# finds nobody at all is one that was not asked: rights are more easily lost
# than everybody.
DIRECTORY_FAULTS = (
    ("directory down", lambda bed: bed.slapd.kill(),
     lambda bed: bed.slapd.start()),
    ("directory slow", lambda bed: bed.slapd.pause(),
     lambda bed: bed.slapd.go_on()),
    ("directory answers wrongly", lambda bed: bed.slapd.access(NOBODY),
     lambda bed: bed.slapd.access(slapd.READABLE)),
)


def fresh(bed):
    """Without a lock, without a past."""
    bed.gate.stop()
    for name in os.listdir(bed.gate.state):
        full = bed.gate.stored(name)
        if os.path.isdir(full):
            shutil.rmtree(full)
        else:
            os.unlink(full)
    bed.gate.start()


def cell(bed, fault, expected_other, expected_listed):
    # At once: a server may wait long for a gate that is stopped.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(bed.settled, *one) for one in
                 ((bed.other, expected_other), (bed.listed, expected_listed))]
        other, listed = [one.result() for one in asked]
    if (other, listed) != (expected_other, expected_listed):
        raise AssertionError(
            f"{bed.name}, {fault}: who is locked out gets {other} (not "
            f"{expected_other}), who is listed gets {listed} (not "
            f"{expected_listed}): {bed.said}")
    return f"{other} / {listed}"


def gone(bed):
    """Killed, and stopped."""
    found = {}
    bed.lock()
    cell(bed, "locked", REFUSED, IN)
    bed.gate.kill()
    found["gate killed"] = cell(bed, "killed", bed.down, bed.down)
    bed.gate.start()
    bed.gate.freeze()
    try:
        found["gate stopped"] = cell(bed, "stopped", bed.down, bed.down)
    finally:
        bed.gate.thaw()
    if bed.down == IN:
        # Open as it is, until its server asks again.
        programs.wait_for(f"{bed.name} to ask again",
                          lambda: bed.probe(bed.other) == REFUSED)
    found["gate goes on"] = cell(bed, "goes on", REFUSED, IN)
    return found


def damaged(bed, fault, harm, is_loud):
    fresh(bed)
    bed.lock()
    bed.gate.kill()
    harm(bed)
    bed.gate.start()
    found = cell(bed, fault, REFUSED, IN)
    if is_loud and not bed.loud():
        raise AssertionError(f"{bed.name}, {fault}: status says nothing")
    return found


def assert_asking(bed, fault):
    """The gate asks in vain and says so; its doors do not wait for that."""
    started = time.monotonic()
    bed.gate.decide(user=bed.listed)
    took = time.monotonic() - started
    if took > ASKING_S:
        raise AssertionError(f"{bed.name}, {fault}: answered after {took} s")
    programs.wait_for(f"{fault} to be told", lambda: any(
        "the directory could not be asked" in loud for loud in bed.loud()))


def directory_damaged(bed, fault, harm, undo):
    """With what the directory said before, and without: then nobody knows the
    logon names of who is listed until it answers again."""
    found = {}
    fresh(bed)
    bed.lock()
    bed.gate.kill()
    harm(bed)
    try:
        bed.gate.start()
        found[fault] = cell(bed, fault, REFUSED, IN)
        bed.gate.kill()
        no_findings(bed)
        bed.gate.start()
        fault += ", findings deleted too"
        assert_asking(bed, fault)
        found[fault] = cell(bed, fault, REFUSED, REFUSED)
    finally:
        undo(bed)
    cell(bed, fault + ", and over", REFUSED, IN)
    if bed.loud():
        raise AssertionError(f"{bed.name}, {fault}, and over: {bed.loud()}")
    return found


def no_policy(bed):
    fresh(bed)
    bed.lock()
    bed.gate.kill()
    no_copy(bed)
    bed.gate.start()
    found = cell(bed, "no policy", bed.without, bed.without)
    if not bed.loud():
        raise AssertionError(f"{bed.name}: status says nothing")
    return found


def listening(gate):
    """Where its gate listens: sockets and ports."""
    with open(gate.config, encoding="utf-8") as file:
        ports = re.findall(r"^address *=.*?127\.0\.0\.1:(\d+)", file.read(),
                           re.MULTILINE)
    return [gate.path(os.path.join(gate.run, name))
            for name in sorted(os.listdir(gate.run))
            if name.endswith(".sock")] + ports


def stranger(bed):
    """A user without rights takes every place he can get, everywhere, before
    the servers have any."""
    fresh(bed)
    bed.lock()
    bed.gate.kill()
    bed.gate.start()
    with contextlib.ExitStack() as stack:
        for address in listening(bed.gate):
            stack.enter_context(Held(address, PLACES, uid=STRANGER))
        bed.gate.await_log(f"too many connections of uid {STRANGER}")
        return cell(bed, "a stranger on this machine", REFUSED, IN)


def expired(bed):
    fresh(bed)
    bed.lock()
    # A command that is slow finds no lock that is over already.
    assert bed.gate.ask("extend", for_s=2)["ok"]
    bed.gate.kill()
    time.sleep(2.2)
    bed.gate.start()
    return cell(bed, "expired while the gate was down", IN, IN)


def assert_stepped(bed, fault, seconds):
    """The lock is on, and whoever asks hears that its clock was stepped."""
    status = bed.gate.status()
    told = any("the wall clock was set" in loud for loud in bed.loud())
    if not status["active"] or not told or \
            abs(status["stepped"] - seconds) > 5:
        raise AssertionError(f"{bed.name}, {fault}: status says {status}")


def stepped(bed, word, by):
    """The wall clock goes to another day; the lock ends when it would have."""
    found = {}
    fresh(bed)
    bed.lock()
    fault = f"clock stepped {word}"
    bed.clock.step(by)
    found[fault] = cell(bed, fault, REFUSED, IN)
    assert_stepped(bed, fault, by)
    fault = f"clock stepped {word} while the gate was down"
    bed.gate.kill()
    bed.clock.step(by)
    bed.gate.start()
    found[fault] = cell(bed, fault, REFUSED, IN)
    assert_stepped(bed, fault, 2 * by)
    bed.clock.set(0)
    fresh(bed)
    begun = time.monotonic()
    bed.lock(SHORT_S)
    bed.clock.step(by)
    fault = f"clock stepped {word}, and the time of the lock is over"
    while bed.probe(bed.other) != IN:
        if time.monotonic() - begun > SHORT_S + 20:
            raise AssertionError(f"{bed.name}, {fault}: still locked")
        time.sleep(0.05)
    # Ends are whole seconds.
    took = time.monotonic() - begun
    if took < SHORT_S - 1:
        raise AssertionError(f"{bed.name}, {fault}: after {took} s already")
    found[fault] = cell(bed, fault, IN, IN)
    bed.clock.set(0)
    return found


def disk_full(bed):
    """The state directory on a disk of its own, filled to the last byte."""
    fresh(bed)
    bed.gate.stop()
    with bed.gate.small_disk() as fill:
        bed.gate.start()
        bed.lock()
        filler = fill()
        found = cell(bed, "disk full", REFUSED, IN)
        bed.gate.kill()
        bed.gate.start()
        found = cell(bed, "disk full and started again", REFUSED, IN)
        os.unlink(filler)
        bed.gate.stop()
    bed.gate.start()
    return found


def disk_slow(bed):
    """Every fsync takes half a second: who is locked out is so as soon as
    apply answers, and whoever asks meanwhile is answered."""
    fresh(bed)
    bed.gate.stop()
    before = dict(bed.gate.env)
    disk = slow_disk.SlowDisk(bed.gate.folder)
    bed.gate.env.update(disk.environment())
    bed.gate.start()
    disk.takes(FSYNC_MS)
    try:
        bed.lock()
        found = cell(bed, "disk slow", REFUSED, IN)
        bed.gate.kill()
        bed.gate.start()
        cell(bed, "disk slow and started again", REFUSED, IN)
    finally:
        disk.is_well()
        bed.gate.stop()
        bed.gate.env = before
        bed.gate.start()
    return found


def column(bed):
    bed.open()
    try:
        bed.directory()
        found = gone(bed)
        for fault, harm, is_loud in FAULTS:
            found[fault] = damaged(bed, fault, harm, is_loud)
        for one in DIRECTORY_FAULTS:
            found.update(directory_damaged(bed, *one))
        found["no copy of the values can be read"] = no_policy(bed)
        found["a stranger on this machine"] = stranger(bed)
        found["disk full"] = disk_full(bed)
        found["disk slow"] = disk_slow(bed)
        ended = expired(bed)
        bed.wall_clock()
        for word, by in (("forward", wall_clock.DAY),
                         ("back", -wall_clock.DAY)):
            found.update(stepped(bed, word, by))
        found["expired while the gate was down"] = ended
        return found
    finally:
        if bed.slapd:
            bed.slapd.kill()
        bed.close()


HEAD = """# The damage matrix

What happens at each door when something breaks while a lock is on: who is
locked out / who is listed. Made by `tests/live/damage.py`, which runs every
cell with the real server and fails when one is not as it stands here, also when
somebody who is locked out gets in just once before it is. Each listener has
`without_policy = refuse`; the doors are set up with the drop-ins of
`src/packaging`.

`in` in the first two rows is a door that is open by its own configuration
while the gate is gone: `logongate doors` says so beforehand ("gate down:
OPEN"), and it stays open until its server asks again. Everywhere else nobody
who is locked out gets in. "try later" is a
temporary error in the protocol's own words, "error" one that is not. A gate
without any copy of the values answers by itself: "cannot check logons at the
moment", as a temporary error where a refusal is another answer ("try later")
and as a refusal elsewhere.

The directory is a real slapd: killed (down), stopped (slow: it accepts and
never answers), or showing no entry any more (wrongly, which the gate takes for
one that could not be asked). What it said when the lock began stays in force.
Where that is lost too, the gate asks until it is answered, `logongate status`
says so, and those who are listed by DN get in again as soon as their names are
known. While the clock is stepped the directory is an export (LDIF).

The stranger is a user without rights who holds as many connections as he can get
at every socket and port of the gate, before the servers have theirs: over
loopback TCP, too, places are counted by user.

On the slow disk every fsync takes half a second longer; the lock is in force
when `apply` answers, and those who ask meanwhile are answered.

The wall clock is stepped by a day, which is past the end of the lock or long
before it began: an end counts by the clock since boot, also when the gate is
started again, and `logongate status` says that the clock was stepped. Only
across a reboot the wall clock counts, for there is no other.

"""


def table(columns):
    names = [bed.name for bed, _ in columns]
    rows = ["| fault | " + " | ".join(names) + " |",
            "|---" * (len(names) + 1) + "|"]
    for fault in columns[0][1]:
        rows.append(f"| {fault} | " + " | ".join(
            found[fault] for _, found in columns) + " |")
    return "\n".join(rows) + "\n"


def timed(bed):
    started = time.monotonic()
    found = column(bed)
    print(f"{bed.name}: {len(found)} cells as they should be, "
          f"{time.monotonic() - started:.0f} s", flush=True)
    return found


def main():
    programs.require("dovecot", "doveadm", "postfix", "nginx",
                         nginx_server.MODULE, "haproxy", "pamtester",
                         wall_clock.LIBRARY or "libfaketime")
    if slapd.missing():
        print(f"{slapd.missing()} is not installed: skipped")
        sys.exit(programs.SKIPPED)
    if os.geteuid() != 0 or not pam.has_wrapper():
        print("root and pam_wrapper are needed: skipped")
        sys.exit(programs.SKIPPED)
    kinds = [Decide, DovecotPolicy, DovecotDict, Postfix, Nginx, HAProxy, Pam,
             PamOpen]
    wanted = [a for a in sys.argv[1:] if not a.startswith("--")]
    beds = [kind() for kind in kinds if not wanted or kind.name in wanted]
    with concurrent.futures.ThreadPoolExecutor(COLUMNS) as pool:
        # The one that waits the longest is not the last to begin.
        runs = {bed: pool.submit(timed, bed) for bed in
                sorted(beds, key=lambda bed: not isinstance(bed, Dovecot))}
    columns = [(bed, runs[bed].result()) for bed in beds]
    text = HEAD + table(columns)
    print(table(columns))
    if wanted:
        return
    if "--write" in sys.argv:
        with open(TABLE, "w", encoding="utf-8") as file:
            file.write(text)
    with open(TABLE, encoding="utf-8") as file:
        if file.read() != text:
            sys.exit("src/doc/damage.md is not this table: damage.py --write")


if __name__ == "__main__":
    main()
