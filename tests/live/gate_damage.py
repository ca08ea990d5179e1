#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What a gate answers after its files were damaged, its process killed, its
directory gone: never an admitted logon that nobody was told of."""
import contextlib
import glob
import os
import shutil
import subprocess
import time

from running_gate import (DN, Gate, eventually, listeners, listing, main,
                          reg)


def damage(gate, name, how):
    file = gate.stored(name)
    with open(file, "rb") as old:
        content = old.read()
    if how == "deleted":
        os.unlink(file)
        return
    content = {"empty": b"", "truncated": content[:len(content) // 2],
               "cut at a line": content[:content.index(b"]\n") + 2]
               if b"]\n" in content else content[:-1],
               "garbage": b"\0\1garbage\377",
               "newer": content.replace(b"5.00", b"6.00")
               .replace(b'"logongate-lock":\t2', b'"logongate-lock":\t9')}[how]
    with open(file, "wb") as new:
        new.write(content)


def locked(gate):
    assert gate.decide(user="bob", dn=DN + "bob")["verdict"] == "refuse"
    assert gate.decide(dn=DN + "alice")["verdict"] == "admit"
    status = gate.status()
    assert status["active"] and status["gate"] == "listed", status
    return status


def killed():
    """kill -9 and restart: the lock is in force before the first answer"""
    with Gate().start() as gate:
        gate.apply(listing("alice"))
        for _ in range(3):
            gate.kill()
            gate.spawn()
            # Asked from before it listens until it does.
            end = time.monotonic() + 20
            while True:
                try:
                    answer = gate.decide(user="bob")
                    break
                except OSError:
                    assert time.monotonic() < end, gate.logged()
            assert answer["verdict"] == "refuse", answer


def written(gate, kind):
    """How many lines stand in the records of a kind."""
    lines = 0
    for path in glob.glob(gate.stored(f"{kind}/*.jsonl")):
        with open(path, "rb") as file:
            lines += file.read().count(b"\n")
    return lines


def refusals_survive():
    """refusals are kept over a kill, and counted since the lock began"""
    with Gate().start() as gate:
        gate.decide(user="early")
        gate.apply(listing("alice"))
        for user in ("bob", "bob", "carl"):
            gate.decide(user=user, address="10.0.0.1")
        assert gate.status()["refused"] == 3
        # Written a moment after the answers.
        eventually(lambda: written(gate, "refused") == 3)
        gate.kill()
        gate.start()
        assert gate.status()["refused"] == 3, gate.status()
        assert len(gate.ask("refused")["refused"]) == 3


def registry_damaged():
    """registry.reg damaged while the gate is down: the last good copy"""
    for how in ("deleted", "empty", "truncated", "cut at a line", "garbage",
                "newer"):
        with Gate().start() as gate:
            gate.apply(listing("alice"))
            gate.kill()
            damage(gate, "registry.reg", how)
            gate.start()
            status = locked(gate)
            assert any("last good copy" in loud for loud in status["loud"])
            gate.await_log("ATTENTION")
            if how != "deleted":
                assert os.path.exists(gate.stored("damaged/registry.reg.1"))
            assert gate.ask("lift")["ok"]
            assert gate.decide(user="bob")["verdict"] == "admit"


def registry_damaged_while_it_runs():
    """registry.reg damaged under a running gate: nothing changes"""
    with Gate().start() as gate:
        gate.apply(listing("alice"))
        for how in ("truncated", "garbage", "deleted"):
            damage(gate, "registry.reg", how)
            locked(gate)
            assert not gate.ask("reload")["ok"]
            status = locked(gate)
            assert any("registry.reg" in loud for loud in status["loud"])
            if how == "garbage":
                gate.kill()
                gate.start()
                locked(gate)


def registry_lost():
    """no copy of registry.reg can be read: the lock has its own"""
    with Gate().start() as gate:
        gate.apply(listing("alice"))
        gate.kill()
        damage(gate, "registry.reg", "garbage")
        damage(gate, "registry.good.reg", "garbage")
        gate.start()
        assert locked(gate)["loud"]


def lock_damaged():
    """a lock's file damaged: its copy, and the other lock as it was"""
    for how in ("deleted", "empty", "truncated", "garbage"):
        with Gate().start() as gate:
            lock = gate.apply(listing("alice"), for_s=600)["id"]
            other = gate.apply(listing("alice", "bob"), profile="other",
                               for_s=60)
            before = gate.ask("locks")["locks"]
            gate.kill()
            damage(gate, f"locks/{lock}.json", how)
            gate.start()
            status = locked(gate)
            assert any("good copy" in loud for loud in status["loud"])
            assert gate.ask("locks")["locks"] == before
            assert gate.ask("lift", lock=lock)["ok"]
            assert gate.ask("lift")["lifted"] == [other["id"]]
            assert gate.decide(user="bob")["verdict"] == "admit"


def newer():
    """what a newer logongate wrote is refused, and left as it is"""
    with Gate().start() as gate:
        gate.apply(listing("alice"))
        gate.kill()
        damage(gate, "lock.json", "newer")
        gate.spawn()
        assert gate.process.wait(timeout=30) == 3
        assert "newer logongate" in gate.logged()
        assert not os.path.exists(gate.stored("damaged"))


def no_copy():
    """no copy can be read: each listener answers its without_policy"""
    for without, verdict in (("refuse", "refuse"), ("admit", "admit")):
        with Gate(listen='[listen.http]\naddress = "unix:http.sock"\n'
                         f'without_policy = {without}\n').start() as gate:
            lock = gate.apply(listing("alice"))["id"]
            gate.kill()
            damage(gate, "registry.reg", "garbage")
            damage(gate, "registry.good.reg", "garbage")
            damage(gate, f"locks/{lock}.json", "garbage")
            damage(gate, f"locks/{lock}.good.json", "garbage")
            gate.start()
            assert any(f"the lock {lock} " in loud
                       for loud in gate.status()["loud"])
            answer = gate.decide(user="bob")
            assert answer["verdict"] == verdict, answer
            assert answer["reason"] == "no-policy", answer
            status = gate.status()
            assert status["gate"] is None and status["loud"], status
            assert gate.http("GET", "/healthz")[0] == 503
            assert gate.ask("lift")["ok"]
            assert gate.decide(user="bob")["reason"] == "none"
            assert not any(lock in loud and "force" in loud
                           for loud in gate.status()["loud"]), gate.status()


def record_damaged():
    """lock.json damaged: values stay, the end comes from the audit"""
    for how in ("deleted", "garbage", "truncated"):
        with Gate().start() as gate:
            gate.apply(listing("alice"), for_s=4)
            until = gate.status()["until"]
            gate.kill()
            damage(gate, "lock.json", how)
            gate.start()
            status = locked(gate)
            assert status["until"] == until and status["loud"], status
            eventually(lambda: gate.decide(user="bob")["verdict"] == "admit")


def findings_deleted():
    """findings deleted: the directory is asked again"""
    with Gate().start() as gate:
        gate.ask("import", [reg({"Logon Only As": [DN + "alice"],
                                 "When Invalid": "open"})])
        for how in ("deleted", "garbage"):
            gate.kill()
            damage(gate, "findings", how)
            gate.start()
            eventually(lambda: gate.decide(
                user="alice@example.org")["reason"] == "none")
            assert gate.decide(user="bob")["verdict"] == "refuse"
        # And while the directory does not answer: without_policy.
        gate.kill()
        damage(gate, "findings", "deleted")
        shutil.move(gate.ldif, gate.ldif + ".away")
        gate.start()
        answer = gate.decide(user="alice@example.org")
        assert answer["reason"] == "no-policy", answer
        assert answer["verdict"] == "refuse"
        shutil.move(gate.ldif + ".away", gate.ldif)
        eventually(lambda: gate.decide(
            user="alice@example.org")["verdict"] == "admit", 20)
        # What is over is not told for ever.
        assert not any("directory" in loud
                       for loud in gate.status()["loud"])


def directory_down():
    """a directory that cannot be asked: import refuses, exit 4"""
    with Gate().start() as gate:
        os.unlink(gate.ldif)
        answer = gate.ask("import", [reg({"Logon Only As": [DN + "alice"],
                                          "When Invalid": "open"})])
        assert answer["exit"] == 4, answer
        assert gate.decide(user="bob")["verdict"] == "admit"
        values = reg({"Logon Only As": [DN + "alice"],
                      "When Invalid": "open"})
        answer = gate.ask("apply", [values], profile="x", for_s=60)
        assert answer["exit"] == 4, answer
        assert not os.path.exists(gate.stored("registry.reg"))


def disk_full():
    """a full disk: apply and import fail and change nothing, a lock stays"""
    if os.getuid() != 0:
        print("     (needs root)")
        return
    with Gate() as gate, contextlib.ExitStack() as stack:
        try:
            fill = stack.enter_context(gate.small_disk())
        except LookupError as error:
            print(f"     ({error})")
            return
        gate.start()
        gate.apply(listing("alice"))
        filler = fill()
        locked(gate)
        answer = gate.ask("lift")
        if answer["ok"]:
            assert gate.decide(user="bob")["verdict"] == "admit"
        else:
            locked(gate)
        os.unlink(filler)
        gate.ask("lift")
        assert gate.decide(user="bob")["verdict"] == "admit"
        assert not gate.status()["active"]
        files = [gate.write(f"{name}.reg", reg({"Refuse Protocols": name})
                            .decode()) for name in ("imap", "pop3")]
        gate.command("registry", "import", files[0])
        before = gate.command("registry", "show")
        filler = fill()
        gate.command("registry", "import", files[1], code=6)
        gate.command("apply", gate.profile(listed=["alice"]), "--for", "1h",
                     "--accept-warnings", code=6)
        assert gate.command("registry", "show") == before
        os.unlink(filler)
        gate.command("registry", "import", files[1])
        gate.stop()


def turned_read_only():
    """a disk that turned read-only: a gate that starts there locks out whom
    it locked out before, and lets go by force"""
    if os.getuid() != 0:
        print("     (needs root)")
        return
    with Gate() as gate, contextlib.ExitStack() as stack:
        try:
            stack.enter_context(gate.small_disk())
        except LookupError as error:
            print(f"     ({error})")
            return

        def mounted(how):
            subprocess.run(["mount", "-o", f"remount,{how}", gate.state],
                           check=True)

        gate.start()
        gate.apply(listing("alice"))
        gate.kill()
        mounted("ro")
        gate.start()
        locked(gate)
        gate.command("lift", code=6)
        gate.command("lift", "--force")
        assert gate.decide(user="bob")["verdict"] == "admit"
        mounted("rw")
        eventually(lambda: not gate.status()["loud"])
        gate.kill()
        gate.start()
        assert gate.decide(user="bob")["verdict"] == "admit"
        assert not gate.status()["loud"], gate.status()
        gate.stop()


def answers_of_one_lost():
    """of two locks the answers about one are lost, and the directory is away:
    the other refuses whom it refuses, break-glass gets in, and everybody else
    is answered without_policy"""
    with Gate(gate=f'break_glass = "{DN}rescue"',
              listen=listeners("http", without_policy="admit")) as gate:
        gate.start()
        gate.lock(gate.profile(listed=["alice", "bob"]))
        batch = gate.lock(gate.write("batch.ini", f"""[profile]
description = "a batch"
[applies_to]
dn.1 = "{DN}bob"
"""))["id"]

        def verdicts():
            answers = [gate.decide(user=f"{name}@example.org") for name in
                       ("alice", "bob", "carl", "rescue")]
            return [(answer["verdict"], answer["reason"])
                    for answer in answers]

        def is_whole():
            return verdicts() == [
                ("admit", "none"), ("refuse", "nobody"),
                ("refuse", "not-listed"), ("admit", "none")]

        assert is_whole(), verdicts()
        for how in ("answered", "lifted"):
            gate.kill()
            for kind in "concerned", "findings":
                if os.path.exists(gate.stored(f"locks/{batch}.{kind}")):
                    damage(gate, f"locks/{batch}.{kind}", "garbage")
            shutil.move(gate.ldif, gate.ldif + ".away")
            gate.start()
            assert verdicts() == [
                ("admit", "no-policy"), ("admit", "no-policy"),
                ("refuse", "not-listed"), ("admit", "none")], verdicts()
            status = gate.status()
            assert status["gate"] is None, status
            for said in (f"whom a lock refuses is not known: {batch} batch: ",
                         "whom the rest does not refuse"):
                assert any(said in loud for loud in status["loud"]), status
            assert gate.http("GET", "/healthz")[0] == 503
            # One that is applied now counts with what can be known.
            more = gate.apply(listing("bob"), profile="more")["id"]
            assert verdicts()[0] == ("refuse", "not-listed"), verdicts()
            assert gate.ask("lift", lock=more)["ok"]
            if how == "lifted":
                assert gate.ask("lift", lock=batch)["ok"]
            shutil.move(gate.ldif + ".away", gate.ldif)
            if how == "answered":
                gate.kill()
                gate.start()
                eventually(is_whole)
                assert not gate.status()["loud"], gate.status()
        assert verdicts()[1] == ("admit", "none"), verdicts()
        assert gate.status()["gate"] == "listed", gate.status()
        for text in gate.status()["loud"]:
            assert "is kept as damaged/" in text, text


def stopped():
    """a gate that was stopped goes on where it was"""
    with Gate().start() as gate:
        # Ends are whole seconds: it may be a second shorter.
        gate.apply(listing("alice"), for_s=4)
        gate.freeze()
        time.sleep(0.3)
        gate.thaw()
        assert gate.decide(user="bob")["verdict"] == "refuse"
        eventually(lambda: gate.decide(user="bob")["verdict"] == "admit")


if __name__ == "__main__":
    main([killed, refusals_survive, registry_damaged,
          registry_damaged_while_it_runs, registry_lost, lock_damaged, newer,
          no_copy, record_damaged,
          findings_deleted, directory_down, disk_full, turned_read_only,
          answers_of_one_lost, stopped])
