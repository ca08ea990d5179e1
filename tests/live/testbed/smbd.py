# SPDX-License-Identifier: ISC
"""A private smbd for one test, by smbd-reg.sh: it stands for a Windows server
whose registry and services are reached over SMB."""
import os
import shutil
import signal
import subprocess
import time

from ports import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "smbd-reg.sh")
PASSWORD = "Regpass.1"
HIVE = "HKEY_LOCAL_MACHINE"
KEY = HIVE + (r"\SYSTEM\CurrentControlSet\Services\MSExchangeIS"
              r"\ParametersSystem")


def missing():
    """What this machine lacks for it, or None."""
    if os.geteuid() != 0:
        return "root, whom smbpasswd wants"
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    for tool in ("smbd", "net", "smbclient", "smbpasswd"):
        if not shutil.which(tool, path=path):
            return tool
    return None


class Smbd:
    """extra is more of smb.conf; shim is the path of the service shim; before
    are words in front of each command, for another network."""

    def __init__(self, folder, extra="", shim=None, before=()):
        self.before = list(before)
        self.folder = os.path.realpath(folder)
        # Samba's workers go on as the user who logged on, and come by here.
        os.chmod(os.path.dirname(self.folder), 0o755)
        self.port = free_port()
        self.env = dict(os.environ, EXTRA=extra, SMBPASS=PASSWORD,
                        PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        self.env.pop("LD_PRELOAD", None)
        if shim:
            self.env["SVCSHIM"] = shim
        self.start()

    def start(self):
        # smbd ends its whole process group with itself.
        subprocess.run([*self.before, SCRIPT, "up", self.folder,
                        str(self.port)], check=True, env=self.env, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60,
                       start_new_session=True)
        self.credentials = self.write_credentials("root", PASSWORD)

    def write_credentials(self, user, password, mode=0o600):
        path = os.path.join(self.folder, f"{user}.credentials")
        if os.path.exists(path):
            os.remove(path)
        with open(path, "w", encoding="utf-8",
                  opener=lambda p, f: os.open(p, f, mode)) as file:
            file.write(f"username = {user}\npassword = {password}\n"
                       "domain = ACME\n")
        os.chmod(path, mode)
        return path

    def add_user(self, user, password):
        subprocess.run(
            ["smbpasswd", "-c", os.path.join(self.folder, "smb.conf"), "-s",
             "-a", user], input=f"{password}\n{password}\n".encode(),
            check=True, env=self.env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def processes(self):
        """All that serve this smb.conf: workers outlive smbd."""
        conf = os.path.join(self.folder, "smb.conf")
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().decode(errors="replace").split("\0")
            except OSError:
                continue
            if any(conf in word for word in words) and (
                    "smbd" in words[0] or "/samba/" in words[0]):
                found.append(int(name))
        return found

    def signal(self, number):
        for process in self.processes():
            try:
                os.kill(process, number)
            except ProcessLookupError:
                pass

    def stop(self):
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        for _ in range(100):
            if not self.processes():
                return
            time.sleep(0.05)
        self.signal(signal.SIGKILL)

    def net(self, *words, check=True):
        """The independent oracle: Samba's own net."""
        return subprocess.run(
            [*self.before, "net", "-s", os.path.join(self.folder, "smb.conf"), "-S",
             "127.0.0.1", "-p", str(self.port), "-A", self.credentials,
             "rpc", *words], check=check, env=self.env, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout

    def raw_value(self, name):
        return self.net("registry", "getvalueraw",
                        KEY.replace(HIVE, "HKLM"), name)

    def sessions(self):
        """The lines that smbstatus has of the sessions, one each."""
        text = subprocess.run(
            ["smbstatus", "-p", "-s",
             os.path.join(self.folder, "smb.conf")], check=True,
            env=self.env, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout.decode()
        return [line for line in text.splitlines() if "127.0.0.1" in line]

    def set_service(self, state, name="MSExchangeIS"):
        """running, stopped, or the number of a state of MS-SCMR: as if
        somebody had done it at the server."""
        path = os.path.join(self.folder, "svcctl", name + ".state")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{state}\n")

    def service_state(self, name="MSExchangeIS"):
        path = os.path.join(self.folder, "svcctl", name + ".state")
        with open(path, encoding="utf-8") as file:
            return file.read().strip()

    def service_script(self, name, text):
        path = os.path.join(self.folder, "svcctl", name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
