"""Drives Firefox through Marionette: the page, a screenshot, tabs opened and closed. Prints what the page found."""
import json
import os
import socket
import subprocess
import sys
import time

import browser


class Marionette:
    """Its protocol: "LENGTH:JSON" both ways; [0, id, command, parameters] and [1, id, error, result]."""

    def __init__(self):
        self.socket = browser.wait_for(self.connect)
        self.file = self.socket.makefile("rb")
        self.number = 0
        self.receive()  # it introduces itself

    @staticmethod
    def connect():
        try:
            return socket.create_connection(("127.0.0.1", 2828))
        except OSError:
            return None

    def receive(self):
        length = b""
        while (byte := self.file.read(1)) != b":":
            if not byte:
                raise EOFError("Firefox is gone")
            length += byte
        return json.loads(self.file.read(int(length)))

    def call(self, command, **parameters):
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.receive()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result

    def value(self, command, **parameters):
        return self.call(command, **parameters)["value"]

    def load(self):
        self.call("WebDriver:Navigate", url=browser.PAGE)
        return browser.wait_for(
            lambda: self.value("WebDriver:ExecuteScript", script=f"return {browser.RESULT}", args=[]))


os.mkdir("profile")
with open("profile/user.js", "w") as prefs:
    prefs.write('user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
                'user_pref("app.update.enabled", false);\n'
                'user_pref("toolkit.telemetry.enabled", false);\n')
firefox = subprocess.Popen(["firefox-esr", "--headless", "--marionette", "--profile", os.path.abspath("profile"),
                            "--window-size", "800,600", "about:blank"], stdout=sys.stderr)
driver = Marionette()
driver.call("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
driver.call("WebDriver:SetTimeouts", script=120000, pageLoad=120000)
print(driver.load())
browser.save_picture(driver.value("WebDriver:TakeScreenshot", full=False))
first = driver.value("WebDriver:GetWindowHandle")
results = set()
for _ in range(browser.TABS):
    tab = driver.call("WebDriver:NewWindow", type="tab")["handle"]
    driver.call("WebDriver:SwitchToWindow", handle=tab)
    results.add(driver.load())
    driver.call("WebDriver:CloseWindow")
    driver.call("WebDriver:SwitchToWindow", handle=first)
print("tabs closed", browser.TABS, "results", len(results))
print("sandboxed", browser.sandboxed("-contentproc") > 0)
time.sleep(1)
driver.call("Marionette:Quit", flags=["eForceQuit"])
print("ended with", firefox.wait(60))
