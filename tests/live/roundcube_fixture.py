# SPDX-License-Identifier: ISC
"""Debian's Roundcube on nginx and php-fpm, with SQLite: its program from where
the package put it, everything that is written in a folder of the test's own."""
import glob
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import programs

PROGRAM = "/usr/share/roundcube"
PLUGINS = os.path.join(programs.SOURCE, "src/packaging/roundcube")

NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 64; }}
http {{
	include /etc/nginx/mime.types;
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	server {{
		listen 127.0.0.1:{port};
		root {folder}/root;
		index index.php;
		location ~ ^/(config|logs|temp|db|SQL)/ {{ return 404; }}
		location ~ \\.php$ {{
			include /etc/nginx/fastcgi_params;
			fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
			fastcgi_pass unix:{folder}/php.sock;
		}}
	}}
}}
"""
FPM = """
[global]
error_log = {folder}/php.log
pid = {folder}/php.pid
daemonize = no
[www]
{user}
listen = {folder}/php.sock
listen.mode = 0666
pm = static
pm.max_children = 3
php_admin_value[session.save_path] = {folder}/root/temp
php_admin_value[opcache.revalidate_freq] = 0
"""


def php_fpm():
    found = sorted(glob.glob("/usr/sbin/php-fpm*"))
    return found[-1] if found else "/usr/sbin/php-fpm"


def require():
    programs.require("nginx", php_fpm(), PROGRAM + "/index.php",
                     "/usr/lib/php")


class Visit:
    """A browser without a window: cookies, and no script."""

    def __init__(self, url, language):
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor())
        self.opener.addheaders = [("Accept-Language", language)]

    def get(self, data=None):
        """A page; what is asked of the form goes along the next time."""
        try:
            with self.opener.open(self.url, data, timeout=20) as answer:
                page = answer.read().decode()
        except urllib.error.HTTPError as error:
            page = error.read().decode()
        found = re.search(r'name="_token" value="([^"]+)"', page)
        self.token = found and found[1]
        return page

    def log_on(self, user, password):
        return self.get(urllib.parse.urlencode({
            "_task": "login", "_action": "login", "_token": self.token,
            "_user": user, "_pass": password}).encode())


class Roundcube:
    """Before an IMAP server; settings are {name: PHP expression}."""

    def __init__(self, imap_port, settings):
        require()
        self.folder = tempfile.mkdtemp(prefix="lgrc", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.port = programs.free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.processes = []
        is_root = os.geteuid() == 0
        self.user = pwd.getpwnam("www-data") if is_root else \
            pwd.getpwuid(os.geteuid())
        self.settings = {
            "imap_host": f"'127.0.0.1:{imap_port}'",
            "db_dsnw": f"'sqlite:///{self.folder}/root/db/rc.db?mode=0640'",
            "des_key": "'0123456789abcdefghijABCD'",
            "skin": "'elastic'", "log_dir": f"'{self.folder}/root/logs'",
            "temp_dir": f"'{self.folder}/root/temp'", "log_logins": "true",
            "enable_installer": "false", "timezone": "'UTC'",
            **settings}
        self.build()
        self.configure()
        user = "user www-data;" if is_root else ""
        self.write("nginx.conf", NGINX.format(folder=self.folder, user=user,
                                              port=self.port))
        self.write("fpm.conf", FPM.format(
            folder=self.folder, user="user = www-data" if is_root else ""))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def build(self):
        for name in ("config", "logs", "temp", "db", "plugins"):
            os.makedirs(self.path("root", name))
            os.chown(self.path("root", name), self.user.pw_uid,
                     self.user.pw_gid)
        for name in ("program", "SQL", "skins"):
            os.symlink(os.path.join(PROGRAM, name), self.path("root", name))
        for plugin in glob.glob(PROGRAM + "/plugins/*"):
            os.symlink(plugin, self.path("root/plugins",
                                         os.path.basename(plugin)))
        for plugin in glob.glob(PLUGINS + "/*"):
            shutil.copytree(plugin, self.path("root/plugins",
                                              os.path.basename(plugin)))
        self.write("root/index.php", f"<?php define('INSTALL_PATH', "
                   f"'{self.folder}/root/');\nchdir(INSTALL_PATH);\n"
                   f"require '{PROGRAM}/index.php';\n")
        for name in ("defaults.inc.php", "mimetypes.php"):
            for place in ("/etc/roundcube", PROGRAM + "/config"):
                if os.path.exists(os.path.join(place, name)):
                    shutil.copy(os.path.join(place, name),
                                self.path("root/config", name))
                    os.chmod(self.path("root/config", name), 0o644)
                    break

    def configure(self, **changes):
        """Settings as they are, but for changes; for what comes then."""
        self.write("root/config/config.inc.php", "<?php $config = [];\n"
                   + "".join(f"$config['{name}'] = {value};\n" for name, value
                             in {**self.settings, **changes}.items()))

    def __enter__(self):
        try:
            for words in ([php_fpm(), "-y", self.path("fpm.conf")],
                          [programs.program("nginx"), "-p", self.folder, "-c",
                           self.path("nginx.conf"), "-e",
                           self.path("nginx.log")]):
                with open(self.path("said"), "ab") as said:
                    self.processes.append(subprocess.Popen(
                        words, stdin=subprocess.DEVNULL, stdout=said,
                        stderr=said))
            programs.wait_for(
                "nginx and php-fpm", lambda: programs.answers(self.port)
                and os.path.exists(self.path("php.sock")))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *ignored):
        self.close()

    def close(self):
        for process in self.processes:
            programs.end(process)
        if not os.environ.get("LG_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def visit(self, language="en"):
        return Visit(self.url + "?_task=login", language)

    def log(self, name):
        """A log of Roundcube's, "errors" or "userlogins"."""
        for suffix in (".log", ""):
            path = self.path("root/logs", name + suffix)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    return file.read()
        return ""

    def said(self):
        """What nginx and PHP have to say about themselves."""
        text = ""
        for name in ("said", "nginx.log", "php.log"):
            with open(self.path(name), encoding="utf-8",
                      errors="replace") as file:
                text += file.read()
        return text
