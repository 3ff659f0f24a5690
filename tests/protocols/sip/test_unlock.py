"""The messages that open doors, in every form that is met. Source: spec A 4.1."""

import pytest

from linli.protocols.sip import Request
from linli.protocols.sip.unlock import (
    Unlock,
    ask_to_open,
    press_star,
    presses_star,
    read_unlock,
    tell_opening,
)


def info(body: bytes, kind: str = "application/json") -> Request:
    request = Request("INFO", "sip:door@127.0.0.1")
    request.set("content-type", kind)
    request.body = body
    return request


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"req":"unlock","reqsn":100,"sip":"M124123123"}', Unlock(True, 100)),
        (b'{"req":"unlock","reqsn":100}', Unlock(True, 100)),
        (b'{"req":"unlock","reqsn":"7"}', Unlock(True, 7)),
        (b"req=unlock&reqsn=100", Unlock(True, 100)),
        (b"req=unlock&reqsn=100&sip=M124123123", Unlock(True, 100)),
        (b'{"res":"unlock","reqsn":100,"status":200}', Unlock(False, 100, 200)),
        (b"res=unlock&reqsn=100&status=400", Unlock(False, 100, 400)),
        (b'{"req":"unlock","reqsn":1000}', Unlock(True, 0)),
        (b'{"req":"unlock","reqsn":true}', Unlock(True, 0)),
        (b'{"req":"unlock","reqsn":-1}', Unlock(True, 0)),
        (b'{"req":"unlock"}', Unlock(True, 0)),
        (b'{"res":"unlock","reqsn":1,"status":"2OO"}', Unlock(False, 1, 0)),
        (b'{"req":"unlocked","reqsn":1}', None),
        (b'["unlock"]', None),
        (b'"unlock"', None),
        (b"", None),
        (b"\xff\xfe", None),
        (b'{"req":"unlock","reqsn":1,"sip":"' + b"x" * 2_000 + b'"}', None),
    ],
)
def test_read_unlock(body: bytes, read: Unlock | None) -> None:
    assert read_unlock(info(body)) == read


@pytest.mark.parametrize(
    ("body", "kind", "star"),
    [
        (b"Signal=*\r\nDuration=250\r\n", "application/dtmf-relay", True),
        (b"Signal= *\nDuration= 250", "application/dtmf-relay", True),
        (b"Duration=250\r\nSIGNAL=10\r\n", "application/dtmf-relay;x=y", True),
        (b"Signal=#\r\n", "application/dtmf-relay", False),
        (b"Signal=1\r\n", "application/dtmf-relay", False),
        (b"Signal=**\r\n", "application/dtmf-relay", False),
        (b"", "application/dtmf-relay", False),
        (b"*", "application/dtmf", True),
        (b"1", "application/dtmf", False),
        (b"Signal=*\r\n", "application/json", False),
    ],
)
def test_presses_star(body: bytes, kind: str, star: bool) -> None:
    assert presses_star(info(body, kind)) is star


def test_what_we_write_is_read() -> None:
    assert read_unlock(info(ask_to_open(999, "M1"))) == Unlock(True, 999)
    assert read_unlock(info(tell_opening(3, 403, "您没有这扇门的开门权限"))) == Unlock(False, 3, 403)
    assert presses_star(info(press_star(), "application/dtmf-relay"))
