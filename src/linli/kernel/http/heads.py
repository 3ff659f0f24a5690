"""Heads of answers: status lines, the date, and the whole of an answer without a body."""

import time
from email.utils import formatdate
from http import HTTPStatus

STATUS_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}


class _Date:
    second = 0
    header = b""


def date_header() -> bytes:
    now = int(time.time())
    if now != _Date.second:
        _Date.second, _Date.header = now, f"Date: {formatdate(now, usegmt=True)}\r\n".encode()
    return _Date.header


def bare_head(status: int) -> bytes:
    return STATUS_LINES[status] + date_header() + b"Content-Length: 0\r\nConnection: close\r\n\r\n"
