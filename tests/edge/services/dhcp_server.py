"""A DHCP server that gives one address on one card: `python dhcp_server.py CARD OWN ADDRESS`. Source: RFC 2131, 2132."""

import socket
import struct
import sys

COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5


def main(card: str, own: str, address: str) -> None:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, card.encode())
    server.bind(("", 67))
    while True:
        message = server.recv(1500)
        kind = _kind(message)
        if kind in (DISCOVER, REQUEST):
            reply = _reply(message, OFFER if kind == DISCOVER else ACK, own, address)
            server.sendto(reply, ("255.255.255.255", 68))


def _kind(message: bytes) -> int:
    at = 240
    while message[236:240] == COOKIE and at + 2 < len(message) and message[at] != 255:
        if message[at] == 0:
            at += 1
            continue
        if message[at] == 53:
            return message[at + 2]
        at += 2 + message[at + 1]
    return 0


def _reply(message: bytes, kind: int, own: str, address: str) -> bytes:
    server = socket.inet_aton(own)
    head = struct.pack("!4B", 2, 1, 6, 0) + message[4:8] + b"\0\0" + b"\x80\0" + bytes(4)
    head += socket.inet_aton(address) + server + bytes(4) + message[28:44] + bytes(192)
    options = bytes((53, 1, kind, 54, 4)) + server + bytes((51, 4)) + struct.pack("!I", 3600)
    options += bytes((1, 4)) + socket.inet_aton("255.255.255.0") + bytes((3, 4)) + server + b"\xff"
    return head + COOKIE + options


if __name__ == "__main__":
    main(*sys.argv[1:4])
