# SPDX-License-Identifier: ISC
"""Ansible module: a profile of logongate is applied, or lifted."""
import json
import os

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: logongate_lock
short_description: Applies or lifts a profile of logongate
description:
  - Keeps users out of a mail server while it is worked on, by C(logongate
    apply), or lets them in again, by C(logongate lift).
  - What is so already is left as it is, also with another end.
options:
  profile:
    description: Name of the profile, or its file.
    type: str
    required: true
  state:
    description: Whether the lock is to be in force.
    type: str
    choices: [applied, lifted]
    default: applied
  duration:
    description: How long, as C(90m) or C(2h30m). This or I(until) with
      I(state=applied).
    type: str
  until:
    description: When it ends, as C(06:00) or RFC 3339.
    type: str
  variables:
    description: Variables of the profile.
    type: dict
    default: {}
  reason:
    description: Why, for status, history and the words that users read.
    type: str
  options:
    description: Further words for the command, as C(--grace 5m).
    type: list
    elements: str
    default: []
  settings:
    description: Settings, where they are others than the installed ones.
    type: path
"""
EXAMPLES = r"""
- name: nobody but the tester while the server is upgraded
  logongate_lock:
    profile: upgrade
    duration: 2h
    variables:
      tester: postmaster@example.org
    reason: "{{ change_number }}"

- name: everybody again
  logongate_lock:
    profile: upgrade
    state: lifted
"""
RETURN = r"""
lock:
  description: The lock as C(logongate status) has it, null where there is none.
  type: dict
  returned: always
said:
  description: What the command printed.
  type: dict
  returned: when it was called
"""


class Gate:
    def __init__(self, module):
        self.module = module
        self.program = module.get_bin_path("logongate", True)
        self.common = ["--json"]
        if module.params["settings"]:
            self.common += ["--config", module.params["settings"]]

    def call(self, *words, codes=(0,)):
        """What the command prints, as an object; its failure is the task's."""
        code, out, err = self.module.run_command(
            [self.program, *words, *self.common])
        try:
            said = json.loads(out) if out.strip() else {}
        except ValueError:
            said = {}
        if code not in codes:
            error = said.get("error") or {}
            text = [error[name] for name in ("file", "text")
                    if error.get(name)]
            self.module.fail_json(
                msg=": ".join(text) or err.strip() or
                f"logongate {words[0]} ended with {code}",
                code=error.get("code"), rc=code, said=said, stderr=err)
        return said

    def lock(self, profile):
        """The lock of this profile, or None."""
        status = self.call("status")
        for lock in status.get("locks", []):
            if lock["profile"] == profile:
                return lock
        return None


def words_of(params):
    words = []
    for name, option in (("duration", "--for"), ("until", "--until"),
                         ("reason", "--reason")):
        if params[name]:
            words += [option, params[name]]
    for name, value in sorted(params["variables"].items()):
        words += ["--set", f"{name}={value}"]
    return words + params["options"]


def main():
    module = AnsibleModule(
        argument_spec={
            "profile": {"type": "str", "required": True},
            "state": {"type": "str", "default": "applied",
                      "choices": ["applied", "lifted"]},
            "duration": {"type": "str"},
            "until": {"type": "str"},
            "variables": {"type": "dict", "default": {}},
            "reason": {"type": "str"},
            "options": {"type": "list", "elements": "str", "default": []},
            "settings": {"type": "path"},
        },
        mutually_exclusive=[("duration", "until")],
        supports_check_mode=True)
    params = module.params
    gate = Gate(module)
    # A lock is known by the profile's name, wherever its file lies.
    name = os.path.basename(params["profile"])
    name = name[:-4] if name.endswith(".ini") else name
    before = gate.lock(name)
    if params["state"] == "applied" and not before and not (
            params["duration"] or params["until"]):
        module.fail_json(msg="a lock needs an end: duration or until")
    if params["state"] == "lifted":
        said = {}
        if before and not module.check_mode:
            said = gate.call("lift", name, "--ensure")
        module.exit_json(
            changed=before is not None, said=said,
            lock=before if module.check_mode
            else gate.lock(name))
    words = words_of(params)
    if module.check_mode and not before:
        # 5 is what apply would not do either.
        gate.call("plan", params["profile"], *words)
        module.exit_json(changed=True, lock=None)
    if module.check_mode or (before and not (
            params["duration"] or params["until"])):
        module.exit_json(changed=False, lock=before)
    said = gate.call("apply", params["profile"], "--ensure", *words)
    after = gate.lock(name)
    module.exit_json(changed=not before or not after or
                     before["id"] != after["id"], lock=after, said=said)


if __name__ == "__main__":
    main()
