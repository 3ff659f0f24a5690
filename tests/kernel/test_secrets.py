"""Secrets at rest: sealed to their row, opened after a rotation, refused with a wrong key; a key file kept safe."""

import base64
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from linli.kernel.secrets import KeyFileError, SealBroken, Secrets


def line() -> str:
    return base64.b64encode(os.urandom(32)).decode() + "\n"


def test_sealed_to_its_row() -> None:
    secrets = Secrets.random()
    sealed = secrets.seal("钥匙", about="device:1")
    assert "钥匙" not in sealed
    assert secrets.open(sealed, about="device:1") == "钥匙"
    assert secrets.seal("钥匙", about="device:1") != sealed
    with pytest.raises(SealBroken):
        secrets.open(sealed, about="device:2")
    with pytest.raises(SealBroken):
        Secrets.random().open(sealed, about="device:1")


@pytest.mark.parametrize(
    "sealed", ["", "v0.", "v0", "v1.AAAA", "v-1.AAAA", "vx.AAAA", "v0.!!!!", "v0.AAAA", "plain"]
)
def test_rubbish_is_not_opened(sealed: str) -> None:
    with pytest.raises(SealBroken):
        Secrets.random().open(sealed)


def test_every_flipped_bit_is_noticed() -> None:
    secrets = Secrets.random()
    head, _, text = secrets.seal("x").partition(".")
    raw = base64.b64decode(text)
    for n in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[n // 8] ^= 1 << n % 8
        with pytest.raises(SealBroken):
            secrets.open(f"{head}.{base64.b64encode(flipped).decode()}")


def test_rotation_by_a_second_line(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    before = Secrets.from_file(file)
    old, purpose = before.seal("old"), before.derived("cookies")
    with file.open("a") as out:
        out.write(line())
    after = Secrets.from_file(file)
    new = after.seal("new")
    assert (old[:3], new[:3]) == ("v0.", "v1.")
    assert (after.open(old), after.open(new)) == ("old", "new")
    assert after.derived("cookies") == purpose != after.derived("urls")
    with pytest.raises(SealBroken):
        before.open(new)


def test_the_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "master.key"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Secrets.from_file(file), range(8)))
    assert file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["master.key"]
    assert len({one.derived("x") for one in made}) == 1


@pytest.mark.parametrize(
    "content, told",
    [("", "32 bytes"), ("AAAA\n", "32 bytes"), ("not base64!\n", "base64"), ("钥匙\n", "base64"),
     (base64.b64encode(b"x" * 16).decode(), "32 bytes")],
)  # fmt: skip
def test_a_file_of_no_use_is_refused(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "master.key"
    file.write_text(content, "utf-8")
    file.chmod(0o600)
    with pytest.raises(KeyFileError, match=told):
        Secrets.from_file(file)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "master.key"
    file.write_text(line())
    file.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        Secrets.from_file(file)


def test_an_alias_is_always_the_same_and_opens_for_its_purpose_only() -> None:
    secrets = Secrets.random()
    alias = secrets.alias("ALI24DD9END8CD3F", about="credential:a")
    assert alias == secrets.alias("ALI24DD9END8CD3F", about="credential:a")
    assert alias != secrets.alias("ALI24DD9END8CD3F", about="credential:b")
    assert re.fullmatch(r"[\w-]{20,}", alias)
    for name in ("ALI24DD9END8CD3F", "0", "卡", ""):
        assert secrets.of_alias(secrets.alias(name, about="x"), about="x") == name
    for wrong in (alias[:-2], "", "ALI24DD9END8CD3F", "€", "a" * 10_000, alias + "AAAA"):
        with pytest.raises(SealBroken):
            secrets.of_alias(wrong, about="credential:a")
    with pytest.raises(SealBroken):
        secrets.of_alias(alias, about="credential:b")
