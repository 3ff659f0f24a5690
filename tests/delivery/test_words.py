"""What devices say of a delivery repeats no code."""

import pytest

from linli.delivery.words import hidden_words

HELD = [
    ("door.qr", "ALI24DD9END8CD3F"),
    ("door.pin", "558731"),
    ("door.card", "7700112233"),
    ("door.qr", "abc"),
]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("", ""),
        ("storage fault", "storage fault"),
        ("bad entry ALI24DD9END8CD3F and 7700112233, abc", "bad entry …CD3F and …2233, abc"),
        ("558731 is no PIN", "*** is no PIN"),
        ("1 of 5 not confirmed: SOMEBODYELSES1: timed out", "1 of 5 not confirmed: ***: timed out"),
        ("cannot read http://c/files/a.json?signature=5", "cannot read http://c/files/a.json?***"),
    ],
)
def test_words_of_devices(said: str, shown: str) -> None:
    assert hidden_words(said, HELD) == shown
