# SPDX-License-Identifier: ISC
"""Debian's SOGo before a lock, with a MariaDB and a memcached of its own. SOGo
checks passwords itself, in its own table; Dovecot is asked when the mail is
shown. Needs the right to become the user sogo, who alone may read its
settings."""
import http.cookiejar
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

import mail_programs
import programs

TABLES = """CREATE DATABASE sogo;
CREATE USER sogo@localhost IDENTIFIED BY 'sogo';
CREATE USER sogo@'127.0.0.1' IDENTIFIED BY 'sogo';
GRANT ALL ON sogo.* TO sogo@localhost;
GRANT ALL ON sogo.* TO sogo@'127.0.0.1';
CREATE TABLE sogo.users (c_uid VARCHAR(30) PRIMARY KEY, c_name VARCHAR(30),
	c_password VARCHAR(30), c_cn VARCHAR(30), mail VARCHAR(60));
INSERT INTO sogo.users VALUES ('{user}', '{user}', '{password}', 'Bob',
	'{user}@example.org');
"""


class Sogo(mail_programs.Program):
    """The list of messages of the inbox, as its page asks for it."""

    name = "SOGo"
    package = "sogo"

    @classmethod
    def is_there(cls):
        return os.geteuid() == 0 and all(programs.program(name) for name in (
            "sogod", "mariadbd", "mariadb-install-db", "memcached"))

    def __init__(self, place):
        super().__init__(place)
        self.folder = tempfile.mkdtemp(prefix="lgso", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.processes = []
        self.opener = None
        try:
            self.start(self.start_database(), self.start_cache())
        except BaseException:
            self.close()
            raise

    def spawn(self, *words, **more):
        with open(os.path.join(self.folder, words[0]), "w",
                  encoding="utf-8") as log:
            self.processes.append(subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, **more))

    def start_database(self):
        nobody = pwd.getpwnam("nobody")
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        port = programs.free_port()
        data = f"--datadir={self.folder}/db"
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", data, "--user=nobody",
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        self.spawn("mariadbd", "--no-defaults", data, "--user=nobody",
                   f"--socket={self.folder}/db.sock", f"--port={port}",
                   "--bind-address=127.0.0.1",
                   f"--pid-file={self.folder}/db.pid")
        programs.wait_for("MariaDB", lambda: programs.answers(port), 60)
        subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.folder}/db.sock",
             "-uroot"], check=True, encoding="utf-8",
            input=TABLES.format(user=self.place.user,
                                password=self.place.password))
        return f"mysql://sogo:sogo@127.0.0.1:{port}/sogo"

    def start_cache(self):
        port = programs.free_port()
        self.spawn("memcached", "-u", "nobody", "-l", "127.0.0.1", "-p",
                   str(port))
        return f"127.0.0.1:{port}"

    def start(self, database, cache):
        owner = pwd.getpwnam("sogo")
        spool = os.path.join(self.folder, "spool")
        os.mkdir(spool)
        os.chown(spool, owner.pw_uid, owner.pw_gid)
        self.port = programs.free_port()
        settings = {
            "SOGoProfileURL": database + "/profile",
            "OCSFolderInfoURL": database + "/folders",
            "OCSSessionsFolderURL": database + "/sessions",
            "OCSEMailAlarmsFolderURL": database + "/alarms",
            "SOGoUserSources": "({type=sql;id=d;viewURL=\"" + database
                               + "/users\";canAuthenticate=YES;"
                               "isAddressBook=NO;userPasswordAlgorithm=none;})",
            "SOGoMemcachedHost": cache, "SOGoMailSpoolPath": spool,
            "SOGoIMAPServer": f"imap://127.0.0.1:{self.place.port}",
            "SOGoMailDomain": "example.org", "SOGoTimeZone": "UTC",
            "WOPort": f"127.0.0.1:{self.port}", "WOWorkersCount": "2",
            "WONoDetach": "YES", "WOUseWatchDog": "NO", "WOLogFile": "-",
            "WOPidFile": spool + "/pid"}
        self.spawn("sogod", *(word for name, value in settings.items()
                              for word in ("-" + name, value)),
                   user=owner.pw_uid, group=owner.pw_gid, extra_groups=[],
                   env={"HOME": spool, "PATH": programs.PATH})
        programs.wait_for("SOGo", lambda: programs.answers(self.port), 60)
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar))
        code, text = self.ask("/SOGo/connect", {
            "userName": self.place.user, "password": self.place.password,
            "rememberLogin": 0})
        assert code == 200, text

    def ask(self, path, body):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(),
            {"Content-Type": "application/json", "Accept": "application/json",
             **{"X-XSRF-TOKEN": cookie.value for cookie in self.jar
                if "XSRF" in cookie.name}})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def once(self):
        code, text = self.ask(
            f"/SOGo/so/{self.place.user}/Mail/0/folderINBOX/view",
            {"sortingAttributes": {"sort": "arrival", "asc": 0}})
        return "-", json.loads(text).get("message", "") if code != 200 else ""

    def try_all(self, lock, lift):
        # Who clicks again is in: SOGo keeps the password.
        return {**super().try_all(lock, lift), "recovers": "next-try"}

    def close(self):
        for process in reversed(self.processes):
            programs.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)
        super().close()


AT_DOVECOT = (Sogo,)
