"""What the two browsers' drivers share."""
import base64
import os
import time

PAGE = f"file://{os.environ['OX_WORK']}/page/index.html"
RESULT = "document.title == 'done' ? document.getElementById('result').textContent : ''"
TABS = 20


def save_picture(encoded):
    with open("screen.png", "wb") as file:
        file.write(base64.b64decode(encoded))


def wait_for(ask, seconds=120):
    """What `ask` answers as soon as it answers something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    raise TimeoutError(f"nothing after {seconds} s")


def status_of(process):
    with open(f"/proc/{process}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def sandboxed(word):
    """How many processes whose command line has `word` are under a seccomp filter."""
    count = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                ours = word.encode() in file.read().replace(b"\0", b" ")
            count += ours and status_of(process)["Seccomp"].strip() == "2"
        except OSError:
            pass
    return count
