"""Forms with a photo: small and large ones, and what is refused."""

import pytest

from linli.protocols.forms import FormError, read_form, write_form

MOST = 1024 * 1024 + 65536


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000, 1024 * 1024])
def test_photos_of_every_size_come_back(size: int) -> None:
    photo = bytes(range(256)) * (size // 256) + b"\r\n--"[: size % 256]
    kind, body = write_form({"token": "t", "photo": photo})
    assert read_form(kind, body, most=MOST) == {"token": "t", "photo": photo}


def test_what_is_refused() -> None:
    kind, body = write_form({"token": "t" * 5000, "photo": b"x"})
    with pytest.raises(FormError, match="token: more than 4096"):
        read_form(kind, body, most=MOST)
    kind, body = write_form({"photo": b"x" * 2000})
    with pytest.raises(FormError):
        read_form(kind, body, most=1000)
    with pytest.raises(FormError, match="multipart/form-data"):
        read_form("application/json", b"{}", most=MOST)
    with pytest.raises(FormError):
        read_form(kind, body[:-20], most=MOST)
