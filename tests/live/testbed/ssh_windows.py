# SPDX-License-Identifier: ISC
"""A private sshd that stands for a Windows server: whoever comes gets reg.exe
of Wine where it is asked for, else reg_program.py, and sftp, both in one
folder."""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import programs

HERE = os.path.dirname(os.path.abspath(__file__))
SSHD = "/usr/sbin/sshd"
SFTP = "/usr/lib/openssh/sftp-server"
STORE = ("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
         "\\MSExchangeIS")
KEY = STORE + "\\ParametersSystem"


def missing():
    """What this machine lacks for it, or None."""
    if os.geteuid() != 0:
        return "root, as whom this sshd lets in"
    return next((path for path in (SSHD, SFTP, shutil.which("ssh") or "ssh")
                 if not os.path.exists(path)), None)


class Windows:
    """folder is made; wine is True for the real reg.exe."""

    def __init__(self, folder, wine=False):
        self.folder, self.wine = folder, wine
        os.makedirs(self.path("home"))
        os.makedirs("/run/sshd", exist_ok=True)
        for name in ("host", "key", "other"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                            "-f", self.path(name)], check=True)
        shutil.copy(self.path("key.pub"), self.path("authorized"))
        self.port = programs.free_port()
        self.environment = dict(
            os.environ, HOME=folder, WINEDEBUG="-all",
            WINEPREFIX=self.path("prefix"),
            WINEDLLOVERRIDES="mscoree,mshtml=")
        self.environment.pop("DISPLAY", None)
        self.process = None
        self.write("sshd_config", f"""ListenAddress 127.0.0.1:{self.port}
HostKey {self.path('host')}
AuthorizedKeysFile {self.path('authorized')}
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PidFile none
Subsystem sftp {SFTP}
ForceCommand {self.path('shell')}
{self.patience()}""")
        plain = (f"UserKnownHostsFile {self.path('known')}\n"
                 "GlobalKnownHostsFile /dev/null\n")
        self.write("ssh_config", plain)
        # Of all calls the first opens a connection that the others share.
        self.write("ssh_shared", plain + "ControlMaster auto\n"
                   "ControlPersist 20\n"
                   f"ControlPath {self.path('c')}\n")
        self.know("host")
        self.write("shell", self.shell())
        os.chmod(self.path("shell"), 0o755)
        self.start()

    @staticmethod
    def patience():
        """Since 9.8 an address from which somebody was not let in waits."""
        said = subprocess.run(["ssh", "-V"], stderr=subprocess.PIPE,
                              check=True, text=True).stderr
        found = re.match(r"OpenSSH_(\d+)\.(\d+)", said)
        return "PerSourcePenalties no\n" if (
            int(found[1]), int(found[2])) >= (9, 8) else ""

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def flag(self, name, there=True):
        """one of reg_program.py's"""
        if there:
            self.write(name, "")
        elif os.path.exists(self.path(name)):
            os.remove(self.path(name))

    def know(self, name):
        """the client takes this key for the server's"""
        with open(self.path(name + ".pub"), encoding="utf-8") as file:
            self.write("known", f"[127.0.0.1]:{self.port} {file.read()}")

    def shell(self):
        program = f"{sys.executable} {HERE}/reg_program.py {self.path('store')}"
        run = f"eval \"exec {program} ${{SSH_ORIGINAL_COMMAND#reg }}\""
        if self.wine:
            # A command line, which wine would spell anew.
            run = ("printf '@%s\\r\\n' \"$SSH_ORIGINAL_COMMAND\" > ../$$.bat; "
                   "exec wine cmd /c ..\\\\$$.bat")
        names = [name for name in self.environment if name.startswith("WINE")]
        exports = "\n".join(
            f"export {name}={shlex.quote(self.environment[name])}"
            for name in [*names, "HOME"])
        return f"""#!/bin/sh
{exports}
cd {self.path('home')} || exit 1
case $SSH_ORIGINAL_COMMAND in
{SFTP}) exec {SFTP} -d {self.path('home')} ;;
"reg "*) {run} ;;
esac
exit 1
"""

    def start(self):
        if self.wine:
            subprocess.run(["wine", "wineboot", "--init"], timeout=120,
                           check=True, env=self.environment,
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        self.process = subprocess.Popen(
            [SSHD, "-D", "-f", self.path("sshd_config"), "-E",
             self.path("sshd.log")])
        programs.wait_for("sshd", lambda: programs.answers(self.port))

    def stop(self):
        subprocess.run(["ssh", "-F", self.path("ssh_shared"), "-O", "exit",
                        "-p", str(self.port), "root@127.0.0.1"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process.terminate()
        self.process.wait(timeout=30)
        if self.wine:
            for words in (["wine", "wineboot", "--end-session", "--kill"],
                          ["wineserver", "-w"]):
                subprocess.run(words, timeout=60, check=False,
                               env=self.environment,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)

    def fresh(self):
        """a store without a value; of its keys the first is there"""
        self.reg("delete", STORE, "/f")
        self.reg("add", STORE, "/f")

    def reg(self, *words):
        """as an administrator there would, not through ssh"""
        if self.wine:
            return subprocess.run(
                ["wine", "reg", *words], env=self.environment, timeout=60,
                check=False, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        if words[0] == "delete":
            self.flag("store", False)
        if words[0] == "add":
            keys = self.values()
            keys.setdefault(words[1].lower(), (words[1], {}))
            self.write("store", json.dumps(keys))
        if words[0] == "import":
            subprocess.run([sys.executable, HERE + "/reg_program.py",
                            self.path("store"), *words], check=True,
                           stdout=subprocess.DEVNULL)
        return b""

    def values(self):
        """of reg_program.py: as they stand in a file"""
        if not os.path.exists(self.path("store")):
            return {}
        with open(self.path("store"), encoding="utf-8") as file:
            return json.load(file)

    def there(self):
        """{name: data} of ParametersSystem, by a reader that is not ours"""
        if not self.wine:
            found = self.values().get(KEY.lower(), (KEY, {}))[1]
            return {name[1:-1]: data.strip('"')
                    for name, data in found.values()}
        # the code page of a console
        lines = self.reg("query", KEY).decode("cp437").splitlines()
        return {parts[0]: parts[-1]
                for parts in ([part for part in line.strip().split("    ")]
                              for line in lines) if len(parts) == 3}
