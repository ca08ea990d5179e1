# SPDX-License-Identifier: ISC
"""Webmail before a lock, as its page is: what mail_programs does for programs
that people start themselves."""
import json
import os
import re

import mail_programs
import programs
import roundcube_fixture


class Roundcube(mail_programs.Program):
    """Its page for logging on. Whoever is sent back to it types the password
    again: there is no other way in."""

    name, package = "Roundcube", "roundcube-core"
    plugins = "[]"

    def __init__(self, place):
        super().__init__(place)
        self.web = roundcube_fixture.Roundcube(place.port, {
            "plugins": self.plugins, "login_rate_limit": "100"}).__enter__()

    def close(self):
        self.web.close()
        super().close()

    @classmethod
    def is_there(cls):
        return os.path.exists(roundcube_fixture.PROGRAM + "/index.php") and \
            bool(programs.program("nginx"))

    def once(self):
        visit = self.web.visit()
        visit.get()
        page = visit.log_on(self.place.user, self.place.password)
        shown = re.findall(r'display_message\(("(?:[^"\\]|\\.)*")', page)
        return "-", "\n".join(json.loads(text) for text in shown)

    def try_all(self, lock, lift):
        return {**super().try_all(lock, lift), "asks": "yes",
                "recovers": "next-try"}


class RoundcubeWithPlugin(Roundcube):
    name = "Roundcube, plugin"
    plugins = "['logongate']"


AT_DOVECOT = (Roundcube, RoundcubeWithPlugin)
