import pytest

from linli.domains.intercom.room_numbers import room_key


@pytest.mark.parametrize(
    "text, key",
    [
        ("1202", "1202"),
        ("room1", "ROOM1"),
        ("1-3-1202", "1-1-3-1202"),
        ("10-3A-1709", "1-10-3A-1709"),
        ("1-10-3a-1709", "1-10-3A-1709"),
        ("1-5-767-801", "1-5-767-801"),
        ("2-5-7-801", "2-5-7-801"),
        ("1-5-7777-801", "1-5-7777-801"),
    ],
)
def test_the_three_forms(text: str, key: str) -> None:
    assert room_key(text) == key
