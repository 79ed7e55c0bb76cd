"""A real Chromium, driven over a pipe: just enough of its DevTools protocol to open a page and give it files."""

import json
import os
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium():
    """The program, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One browser with one page. Every wait is bounded."""

    def __init__(self, program, seconds=60):
        self.profile = tempfile.mkdtemp(prefix="govern-chromium-")
        self.until = time.monotonic() + seconds
        to_read, self.to = os.pipe()
        self.source, to_write = os.pipe()
        words = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", f"--user-data-dir={self.profile}",
            "--remote-debugging-pipe", "about:blank",
        ]  # fmt: skip
        quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (1, 2)]
        moves = [(os.POSIX_SPAWN_DUP2, to_read, 3), (os.POSIX_SPAWN_DUP2, to_write, 4)]
        for end in (to_read, to_write):
            os.set_inheritable(end, False)
        # 3 and 4 may be among our own ends: they are moved out of the way first
        high = [os.dup(end) if end < 5 else end for end in (to_read, to_write)]
        moves = [(os.POSIX_SPAWN_DUP2, end, number) for end, number in zip(high, (3, 4), strict=True)]
        self.process = os.posix_spawn(program, words, os.environ, file_actions=quiet + moves, setpgroup=0)
        for end in {to_read, to_write, *high}:
            os.close(end)
        self.buffer, self.number, self.session = b"", 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def close(self):
        os.close(self.to)
        os.close(self.source)
        os.killpg(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **parameters):
        """Send a command and wait for its answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _receive(self):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.source], [], [], max(self.until - time.monotonic(), 0))
            part = os.read(self.source, 1 << 16) if ready else b""
            if not part:
                raise TimeoutError("the browser does not answer")
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def open(self, path, seconds=60):
        """Load a file as a page; it has so many seconds from now."""
        self.until = time.monotonic() + seconds
        self.call("Page.navigate", url=Path(path).as_uri())
        while self.run("document.readyState") != "complete":
            time.sleep(0.02)

    def run(self, script):
        """The value of a script, waited for if it is a promise."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", "a script failed"))
        return answer["result"].get("value")

    def choose(self, element, *paths):
        """Choose files in an `<input type="file">`, as a person does."""
        found = self.call("Runtime.evaluate", expression=f"document.getElementById({element!r})")
        handle = found["result"]["objectId"]
        self.call("DOM.setFileInputFiles", files=[str(path) for path in paths], objectId=handle)
