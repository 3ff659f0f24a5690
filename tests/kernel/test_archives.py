"""Zip archives are judged by their directory, and the directory by its end, before anything is unpacked."""

import io
import struct
import zipfile

import pytest

from linli.kernel.archives import UnfitArchive, ZipBounds, open_zip

MIB = 1024 * 1024
BOUNDS = ZipBounds(entries=10, part=4 * MIB, unpacked=6 * MIB, ratio=50)


def packed(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    out.seek(0)
    return out


def why(source: io.BytesIO, bounds: ZipBounds = BOUNDS) -> str:
    with pytest.raises(UnfitArchive) as refused:
        open_zip(source, bounds)
    return refused.value.why


def test_a_good_one_opens() -> None:
    with open_zip(packed(("a", b"1"), ("b", bytes(MIB))), BOUNDS) as archive:
        assert archive.namelist() == ["a", "b"]


def test_each_bound() -> None:
    stored = zipfile.ZIP_STORED
    assert why(packed(("a", bytes(5 * MIB)), method=stored)) == "part"
    assert why(packed(("a", bytes(4 * MIB)), ("b", bytes(3 * MIB)), method=stored)) == "unpacked"
    assert why(packed(("a", bytes(2 * MIB)))) == "ratio"
    assert why(packed(*((str(n), b"") for n in range(11)))) == "entries"
    for content in (b"", b"PK", b"PK\x05\x06", b"PK\x05\x06" + bytes(18) + b"x", bytes(100)):
        if content != b"PK\x05\x06" + bytes(18) + b"x":
            assert why(io.BytesIO(content)) == "broken", content


def test_a_directory_of_a_million_entries_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = zipfile.ZipInfo("a")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, b"")
    data = out.getvalue()
    at = data.rindex(b"PK\x05\x06")
    start, end = data.index(b"PK\x01\x02"), data[at:]
    one = data[start:at]
    many = one * 200_000
    bomb = data[:start] + many + end[:12] + struct.pack("<II", len(many), start) + end[20:]
    read: list[object] = []
    monkeypatch.setattr(zipfile.ZipFile, "__init__", lambda *given, **named: read.append(given))
    assert why(io.BytesIO(bomb)) == "entries"
    assert not read


def test_a_large_directory_of_zip64_counts_too() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"")
    data = out.getvalue()
    at = data.rindex(b"PK\x05\x06")
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 1 << 30, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    assert why(io.BytesIO(data[:at] + end64 + locator + data[at:])) == "entries"


def test_a_part_sealed_with_a_password_is_refused() -> None:
    data = bytearray(packed(("a", b"secret")).getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert why(io.BytesIO(bytes(data))) == "sealed"
