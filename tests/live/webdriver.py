# SPDX-License-Identifier: ISC
"""Debian's Chromium, driven as the W3C's WebDriver says, without anything
between: a page is opened, its script is run, a picture is taken."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

import programs


class Browser:
    """One window with a profile of its own."""

    def __init__(self, language="en-US", size="1280,900"):
        programs.require("chromedriver", "chromium")
        self.folder = tempfile.mkdtemp(prefix="logongate-chromium-")
        self.port = programs.free_port()
        self.session = None
        self.process = subprocess.Popen(
            [programs.program("chromedriver"), f"--port={self.port}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.folder})
        try:
            programs.wait_for("chromedriver",
                              lambda: programs.answers(self.port))
            self.session = self.ask("POST", "", {"capabilities": {
                "alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {
                    "binary": programs.program("chromium"),
                    "args": ["--headless", "--no-sandbox", "--disable-gpu",
                             "--disable-dev-shm-usage", "--no-first-run",
                             "--hide-scrollbars", f"--window-size={size}",
                             f"--lang={language}",
                             f"--accept-lang={language}",
                             f"--user-data-dir={self.folder}/profile"]}}}}
            )["sessionId"]
        except BaseException:
            self.close()
            raise

    def ask(self, method, path, body=None):
        name = f"/{self.session}{path}" if self.session else ""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/session{name}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} {body}: " + error.read().decode(
                errors="replace")[:1000]) from None

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """What the body of a function gives, called in the page."""
        return self.ask("POST", "/execute/sync", {"script": script,
                                                  "args": list(arguments)})

    def text(self, selector):
        """The text of an element that is seen, or None."""
        return self.run(
            "const e = document.querySelector(arguments[0]);"
            "return e && e.getClientRects().length ? e.innerText : null",
            selector)

    def await_text(self, selector, part):
        """Waits until an element shows part; gives its whole text."""
        shown = []

        def is_there():
            shown[:] = [self.text(selector)]
            return shown[0] and part in shown[0]

        try:
            programs.wait_for("text", is_there, step=0.1)
        except AssertionError:
            raise AssertionError(
                f"{selector} has no {part!r} but {shown[0]!r}; the page:\n"
                + str(self.text("body"))) from None
        return shown[0]

    def picture(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("GET", "/screenshot")))

    def close(self):
        if self.session:
            try:
                self.ask("DELETE", "")
            except OSError:
                pass  # it is ended below
        programs.end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()
