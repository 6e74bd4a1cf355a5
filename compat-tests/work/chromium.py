"""Drives Chromium through its debugging pipe: the page, a screenshot, tabs. Prints what the page found."""
import json
import os
import subprocess
import sys
import time

import browser


class Pipe:
    """The DevTools protocol over two pipes, messages ended by a zero byte."""

    def __init__(self, command):
        to_read, self.to = os.pipe()
        self.source, to_write = os.pipe()
        # Chromium's convention: it reads from descriptor 3 and writes to 4.
        placed = ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *command]
        self.process = subprocess.Popen(placed, pass_fds=(to_read, to_write), stdout=sys.stderr)
        os.close(to_read)
        os.close(to_write)
        self.number, self.buffer = 0, b""

    def receive(self):
        while b"\0" not in self.buffer:
            chunk = os.read(self.source, 1 << 16)
            if not chunk:
                raise EOFError("Chromium is gone")
            self.buffer += chunk
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while (answer := self.receive()).get("id") != self.number:
            if answer["method"] == "Inspector.targetCrashed":
                raise RuntimeError("a tab crashed")
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]


class Tab:
    def __init__(self, pipe):
        self.pipe = pipe
        self.target = pipe.call("Target.createTarget", url=browser.PAGE)["targetId"]
        self.session = pipe.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        self.call("Inspector.enable")

    def call(self, method, **parameters):
        return self.pipe.call(method, self.session, **parameters)

    def result(self):
        return browser.wait_for(lambda: self.evaluate(browser.RESULT))

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")

    def close(self):
        self.pipe.call("Target.closeTarget", targetId=self.target)


chromium = Pipe(["chromium", "--headless", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe",
                 "--allow-file-access-from-files", "--hide-scrollbars", "--window-size=800,600", "--force-device-scale-factor=1",
                 f"--user-data-dir={os.path.abspath('profile')}", "about:blank"])
first = Tab(chromium)
print(first.result())
browser.save_picture(first.call("Page.captureScreenshot", format="png")["data"])
results = set()
for _ in range(browser.TABS):
    tab = Tab(chromium)
    results.add(tab.result())
    tab.close()
print("tabs closed", browser.TABS, "results", len(results))
print("sandboxed", browser.sandboxed("--type=renderer") > 0)
time.sleep(1)
chromium.call("Browser.close")
print("ended with", chromium.process.wait(60))
