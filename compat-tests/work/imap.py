"""Mail goes into a mailbox over several connections, is searched and fetched; prints checksums of the answers.
usage: imap.py NAME    of the mailbox"""
import hashlib
import imaplib
import sys
import time


def connect():
    for _ in range(100):
        try:
            connection = imaplib.IMAP4("127.0.0.1", 1143)
            break
        except OSError:
            time.sleep(0.1)
    connection.login("compat", "secret")
    return connection


def message(number):
    words = "\r\n".join(f"word{(number * line * 7919) % 30011} of message {number}" for line in range(400))
    return f"From: a@b\r\nTo: c@d\r\nSubject: number {number}\r\nDate: Tue, 03 Jan 2023 10:00:00 +0000\r\n\r\n{words}\r\n".encode()


connections = [connect() for _ in range(8)]
connections[0].create(sys.argv[1])
for number in range(80):
    answer, _ = connections[number % 8].append(sys.argv[1] if number % 4 else "INBOX", None, None, message(number))
    assert answer == "OK", answer
for connection in connections:
    print(connection.select(sys.argv[1])[1])
    print(connection.search(None, "TEXT", "word7919")[1], connection.search(None, "SUBJECT", "7")[1])
    _, found = connection.fetch("1:*", "(BODY[] ENVELOPE BODYSTRUCTURE)")
    print(hashlib.sha256(repr(found).encode()).hexdigest()[:16])
time.sleep(1)
connections[0].store("1:10", "+FLAGS", "\\Deleted")
print(connections[0].expunge()[1])
for connection in connections:
    connection.logout()
