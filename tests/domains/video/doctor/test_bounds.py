"""What the doctor keeps is blanked and bounded. Pure."""

from linli.domains.video.doctor.blanking import MOST_TEXT, blanked
from linli.domains.video.doctor.ladder import MOST_DOUBTFUL, MOST_LETTERS, MOST_ROWS, Ladders, Row
from linli.domains.video.doctor.memory import Doctor
from linli.domains.video.doctor.visits import Strangers, Visits
from linli.kernel.clock import ManualClock


def row(number: int, text: str = "", **more: object) -> Row:
    return Row(number, number, "in", "udp 10.0.0.1:5060", "MESSAGE", "Alarm", text, **more)  # type: ignore[arg-type]


def test_log_ins_and_tokens_are_blanked() -> None:
    head = [
        "REGISTER sip:34020000002000000001@3402000000 SIP/2.0",
        'Authorization: Digest username="a", realm="3402000000", nonce="s3cret", uri="sip:x", response="s3cret"',
        'WWW-Authenticate: Digest realm="3402000000", nonce="s3cret", opaque="s3cret", qop="auth"',
        "proxy-authorization: Basic s3cret",
        "Contact: <sip:admin:s3cret@10.0.0.1:5060>",
        "X-Where: http://10.0.0.1/put?token=s3cret&other=s3cret",
    ]
    body = (
        "<Control><CmdType>DeviceConfig</CmdType><Password>s3cret</Password><NewPwd>\ns3cret\n</NewPwd>"
        "<UploadAddr>http://admin:s3cret@10.0.0.1/x?sign=s3cret</UploadAddr><SessionToken>s3cret"
    )
    text = blanked(("\r\n".join(head) + "\r\n\r\n" + body).encode())
    assert "s3cret" not in text
    assert 'username="a"' in text
    assert 'realm="3402000000"' in text
    assert "<CmdType>DeviceConfig</CmdType>" in text
    assert "s3cret" not in blanked(
        b"INVITE sip:a SIP/2.0\r\n\r\nv=0\r\nk=clear:s3cret\r\na=crypto:1 x inline:s3cret\r\n"
    )


def test_any_bytes_are_text_within_bounds() -> None:
    for data in (b"", b"\r\n\r\n", bytes(range(256)) * 400, "姓名".encode("gbk"), b"<password>" * 5_000):
        text = blanked(b"MESSAGE sip:a SIP/2.0\r\nA: b\r\n\r\n" + data)
        assert len(text) <= MOST_TEXT + 1
        assert "\x00" not in text
        assert len(blanked(data)) <= MOST_TEXT + 1


def test_a_ladder_is_bounded_and_strangers_push_nothing_out() -> None:
    ladders = Ladders()
    ladder = ladders.of("a")
    for number in range(1_000):
        ladder.add((str(number),), row(number, "x" * 300), ladders.letters)
    real = [kept for kept in ladder.rows() if kept.proven]
    assert len(real) == MOST_ROWS
    for number in range(5_000):
        ladder.add_doubtful((str(number),), row(number, "y" * 4_000, proven=False), ladders.letters)
    assert [kept for kept in ladder.rows() if kept.proven] == real
    assert len(ladder.rows()) - len(real) <= MOST_DOUBTFUL
    assert sum(kept.size for kept in ladder.rows()) <= MOST_LETTERS * 5 / 4
    for number in range(5_000):
        ladder.add_steady(("keepalive",), row(number))
    assert ladder.rows()[-1].count == 5_000
    for number in range(3_000):
        ladders.of(str(number))
    assert sum(kept.size for kept in ladder.rows() if kept.proven) <= ladders.letters < MOST_LETTERS / 4


def test_a_repetition_is_counted_where_it_stands() -> None:
    ladders = Ladders()
    ladder = ladders.of("a")
    for number, key in enumerate("abaab"):
        ladder.add((key,), row(number), ladders.letters)
    assert [(kept.at_ms, kept.last_ms, kept.count) for kept in ladder.rows()] == [(0, 3, 3), (1, 4, 2)]


def test_strangers_and_wrong_passwords_are_bounded() -> None:
    strangers, visits = Strangers(), Visits()
    for number in range(1_000):
        strangers.note(f"{number:020d}", "10.0.0.1", number)
        strangers.note("34020000001180000009", f"10.1.{number // 256}.{number % 256}", number)
        visits.note_wrong(f"10.2.{number // 256}.{number % 256}", number)
    like = strangers.like("34020000001180000001", 2_000)
    assert like is not None
    assert (like.gb_id, like.last_ms) == ("34020000001180000009", 999)
    assert strangers.like("44000000001180000001", 2_000) is None
    assert strangers.like("34020000001180000001", 4_000_000) is None
    assert len(visits.wrong) == 8


def test_hostile_lines_are_cut_before_they_are_looked_through() -> None:
    """What was quadratic once: each took a second."""
    words = [b"a" * 16_000, b"sip:" * 4_000, b"a=" * 8_000, b'a="' + b'\\"' * 8_000]
    for name in (b"Authorization: Digest ", b"Contact: "):
        for word in words:
            text = blanked(b"REGISTER sip:a SIP/2.0\r\n" + name + word + b"\r\n\r\n<" + b"pass" * 16_000)
            assert all(len(line) <= MOST_TEXT for line in text.split("\r\n"))


async def test_what_is_wrong_stands_still_while_it_is_asked_again() -> None:
    clock = ManualClock()
    doctor = Doctor(clock)
    doctor.know(["a"])
    first = doctor.start("a", "c", sub=False)
    first.status, first.answered_ms = 200, clock.now_ms()
    assert doctor.attempt("a", "c", now=False) is first
    await clock.advance(8_000)
    first.ended_ms = clock.now_ms()
    for _ in range(3):
        again = doctor.start("a", "c", sub=False)
        assert doctor.attempt("a", "c", now=False) is first
        assert doctor.attempt("a", "c", now=True) is again
    await clock.advance(7_000)
    assert doctor.attempt("a", "c", now=False) is again
    assert again.before is first
    assert first.before is None
