#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The Ansible role and module against a gate of this machine: what is so
already is not changed, check mode changes nothing, errors are told in words."""
import json
import os
import subprocess
import tempfile

import programs
from programs import SOURCE
from running_gate import BIN, Gate, main

ROLES = os.path.join(SOURCE, "src/packaging/ansible/roles")
PLAY = """
- hosts: localhost
  gather_facts: false
  roles: [logongate]
  module_defaults:
    logongate_lock: {{profile: {name}, settings: {config}}}
  tasks:
    - {{name: begin, logongate_lock: {{duration: 1h, reason: change 7}}}}
    - {{name: again, logongate_lock: {{duration: 2h}}}}
    - {{name: what-if, logongate_lock: {{state: lifted}}, check_mode: true}}
    - {{name: end, logongate_lock: {{state: lifted}}}}
    - {{name: ended, logongate_lock: {{state: lifted}}}}
    - {{name: what-if-begin, logongate_lock: {{duration: 1h}},
       check_mode: true}}
    - {{name: no-such, logongate_lock: {{duration: 1h,
       profile: {name}.no-such}},
       ignore_errors: true}}
    - {{name: no-end, logongate_lock: {{}}, ignore_errors: true}}
"""


CALLBACK = """
import json
from ansible.plugins.callback import CallbackBase
class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "rows"
    def v2_runner_on_ok(self, result):
        print(json.dumps([result._task.get_name(), result._result]))
    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.v2_runner_on_ok(result)
"""


def role_and_module():
    """profiles copied, a lock begun once and ended once, errors in words"""
    with Gate().start() as gate, \
            tempfile.TemporaryDirectory(dir="/tmp") as folder:
        profile = gate.write("night.ini", """
[logon_only_as]
when_invalid = closed
allow_user.1 = "alice"
""")
        os.makedirs(gate.path("profiles"), exist_ok=True)
        play = os.path.join(folder, "play.yml")
        with open(play, "w", encoding="utf-8") as file:
            file.write(PLAY.format(name=profile, config=gate.config))
        with open(os.path.join(folder, "rows.py"), "w",
                  encoding="utf-8") as file:
            file.write(CALLBACK)
        variables = {"logongate_packages": [],
                     "logongate_profiles": [profile],
                     "logongate_confdir": gate.folder}

        def run(*words):
            done = subprocess.run(
                [programs.program("ansible-playbook"), "-i", "localhost,",
                 "-c", "local", "-e", json.dumps(variables), *words, play],
                env={**gate.env, "ANSIBLE_ROLES_PATH": ROLES,
                     "ANSIBLE_STDOUT_CALLBACK": "rows",
                     "ANSIBLE_CALLBACK_PLUGINS": folder, "HOME": folder,
                     "ANSIBLE_LOCAL_TEMP": folder, "LC_ALL": "C.UTF-8",
                     "PATH": BIN + os.pathsep + programs.PATH},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                check=False, timeout=120, text=True)
            assert done.returncode == 0, done.stdout[-4000:]
            return dict(json.loads(line) for line in
                        done.stdout.splitlines() if line.startswith("["))

        tasks = run()
        with open(gate.path("profiles/night.ini"), encoding="utf-8") as file:
            assert "alice" in file.read()
        changed = {name: task["changed"] for name, task in tasks.items()}
        for name, wanted in (("begin", True), ("again", False),
                             ("what-if", True), ("end", True),
                             ("ended", False), ("what-if-begin", True)):
            assert changed[name] == wanted, (name, tasks[name])
        assert tasks["begin"]["lock"]["reason"] == "change 7", tasks["begin"]
        assert tasks["what-if"]["lock"]["id"] == tasks["begin"]["lock"]["id"]
        assert "no-such" in tasks["no-such"]["msg"], tasks["no-such"]
        assert "end" in tasks["no-end"]["msg"], tasks["no-end"]
        assert not gate.json("status")["active"]


if __name__ == "__main__":
    programs.require("ansible-playbook")
    main([role_and_module])
