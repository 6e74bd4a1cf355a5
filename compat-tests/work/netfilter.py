"""Sends datagrams of many sizes to itself, through the queue (port 9999) and past it (9998), and checks what arrives."""
import socket
import time

queued, direct = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
queued.bind(("127.0.0.1", 9999))
direct.bind(("127.0.0.1", 9998))
queued.settimeout(20)
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
right = 0
for number in range(3000):
    text = f"message {number} ".encode() * (1 + number * 37 % 90)
    sender.sendto(text, ("127.0.0.1", 9999))
    right += queued.recv(65536) == text.upper()
    if number % 3 == 0:
        sender.sendto(text, ("127.0.0.1", 9998))
        right += direct.recv(65536) == text
    if number == 2900:
        time.sleep(1)
print("right", right)
