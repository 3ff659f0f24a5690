"""An exported recording says whether it is as it was signed, and names what was changed."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from linli.media.recorder.exported import FILM, MANIFEST, SIGNATURE, Export, check, fingerprint
from linli.ops import verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PIECES = [b"ftyp" * 100, b"moof" * 1000, b"mdat" * 50_000]
FACTS = {"camera": {"name": "北门枪机"}, "exported": {"reason": "物品遗失"}}


def exported(key: Ed25519PrivateKey = KEY) -> bytes:
    return b"".join(Export(cast("Any", PIECES), FACTS, key))


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def entries() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(exported())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def own(key: Ed25519PrivateKey = KEY) -> str:
    return fingerprint(key.public_key().public_bytes_raw())


def without(name: str) -> Callable[[], bytes]:
    return lambda: packed({each: data for each, data in entries().items() if each != name})


def changed(**parts: bytes) -> Callable[[], bytes]:
    names = {"film": FILM, "manifest": MANIFEST, "signature": SIGNATURE, "more": "more.mp4"}
    return lambda: packed(entries() | {names[name]: data for name, data in parts.items()})


def later() -> bytes:
    """With another reason, as one would wish it had been."""
    parts = entries()
    return packed(parts | {MANIFEST: parts[MANIFEST].replace("物品遗失".encode(), "车辆刮擦".encode())})


def torn() -> bytes:
    """One byte of the film is another, in the file as it is."""
    whole = bytearray(exported())
    whole[whole.index(b"mdat") + 1_000] ^= 1
    return bytes(whole)


@pytest.mark.parametrize(
    ("make", "outcome", "name"),
    [
        (exported, "intact", ""),
        (lambda: packed(entries()), "intact", ""),
        (torn, "file_changed", FILM),
        (changed(film=b"x"), "file_changed", FILM),
        (later, "manifest_changed", MANIFEST),
        (changed(manifest=b"{}"), "manifest_changed", MANIFEST),
        (changed(signature=b"{}"), "manifest_changed", MANIFEST),
        (changed(signature=b"\xff\x00"), "manifest_changed", MANIFEST),
        (changed(manifest=b"x" * 1_000_001), "no_export", ""),
        (changed(signature=b"x" * 4_097), "no_export", ""),
        (changed(more=b"x"), "file_added", "more.mp4"),
        (without(FILM), "file_missing", FILM),
        (without(MANIFEST), "no_export", ""),
        (without(SIGNATURE), "no_export", ""),
        (lambda: packed(entries(), zipfile.ZIP_DEFLATED), "no_export", ""),
        (lambda: exported()[:-100], "no_export", ""),
        (lambda: b"", "no_export", ""),
        (lambda: b"\x00" * 5_000, "no_export", ""),
        (lambda: exported(OTHER), "other_key", ""),
    ],
)
def test_what_is_said_of_a_file(
    tmp_path: Path, make: Callable[[], bytes], outcome: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "taken.zip"
    file.write_bytes(make())
    verdict = check(file, by=own())
    assert (verdict.outcome, verdict.name) == (outcome, name)
    code = verify.run([str(file), "--key", own()])
    assert code == (0 if outcome == "intact" else 1)
    said = capsys.readouterr().out
    assert "taken.zip" in said
    assert "{" not in said


def test_the_manifest_says_what_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "taken.zip"
    file.write_bytes(exported())
    assert verify.run([str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["key"]) == ("intact", own())
    assert told["manifest"]["exported"]["reason"] == "物品遗失"
    assert told["manifest"]["files"][0]["size"] == sum(map(len, PIECES))
    assert verify.run([str(file)]) == 0  # any key: the reader is told to compare it
    assert own() in capsys.readouterr().out
    assert verify.run([str(tmp_path / "none.zip")]) == 1
    capsys.readouterr()
    assert verify.run(["--config", str(tmp_path / "none.toml"), str(file)]) == 1
