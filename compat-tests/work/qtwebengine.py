"""QtWebEngine loads the page, then loads it again and again; prints what it found, saves what it showed."""
import os
import sys

from PyQt5.QtCore import QTimer, QUrl
from PyQt5.QtWebEngineWidgets import QWebEngineView
from PyQt5.QtWidgets import QApplication

import browser

ROUNDS = 5
application = QApplication(sys.argv)
view = QWebEngineView()
view.resize(800, 600)
view.page().renderProcessTerminated.connect(lambda *_: application.exit(4))
found = []


def take(result):
    if not result:
        QTimer.singleShot(100, ask)
        return
    found.append(result)
    if len(found) == 1:
        print(result)
        print("sandboxed", browser.sandboxed("QtWebEngineProcess") > 0)
    if len(found) < ROUNDS:
        view.reload()
    else:
        view.grab().save("screen.png")
        print("loads", len(found), "results", len(set(found)), flush=True)
        QTimer.singleShot(1000, application.quit)


def ask():
    view.page().runJavaScript(browser.RESULT, take)


view.loadFinished.connect(lambda good: ask() if good else application.exit(5))
view.load(QUrl(f"file://{os.environ['OX_WORK']}/page/index.html"))
view.show()
status = application.exec()
del view
sys.exit(status)
