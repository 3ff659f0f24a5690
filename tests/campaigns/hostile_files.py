"""Files made to hurt whoever opens them. Each is built in pieces, so that the maker's own memory stays small."""

import io
import json
import struct
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Final

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>'
        '<sheet name="住户" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATION}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_RELATION}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>'
    ),
}
_PIECE: Final = 20_000


def workbook_of_texts(texts: Iterable[str], rows: Sequence[Sequence[int]], *, before: str = "") -> bytes:
    """A workbook as spreadsheet programs write it: texts once, cells naming them by number.

    `before` stands before the root of the texts' part: where a document type would.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, _HEAD + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for row in rows:
                cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in row)
                part.write(f"<row>{cells}</row>".encode())
            part.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(f'{_HEAD}{before}<sst xmlns="{_MAIN}">'.encode())
            _write_texts(part, texts)
            part.write(b"</sst>")
    return out.getvalue()


def _write_texts(part: IO[bytes], texts: Iterable[str]) -> None:
    held: list[str] = []
    for text in texts:
        held.append(f"<si><t>{text}</t></si>")
        if len(held) == _PIECE:
            part.write("".join(held).encode())
            held.clear()
    part.write("".join(held).encode())


def strings_bomb(count: int) -> bytes:
    """A workbook with `count` different texts that no cell names: 26 MB hold ten million."""
    return workbook_of_texts((f"{number:x}" for number in range(count)), [])


def cells_bomb(cells: int) -> bytes:
    """A workbook with one row of `cells` cells."""
    return workbook_of_texts(["x"], [[0] * cells])


def zip_bomb(unpacked: int) -> bytes:
    """A workbook whose sheet is `unpacked` zeros: a thousandth of that, packed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(unpacked // 65536):
            part.write(bytes(65536))
    return out.getvalue()


def directory_bomb(entries: int) -> bytes:
    """A zip archive that names one part `entries` times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"")
    data = out.getvalue()
    start, at = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    many = data[start:at] * entries
    return data[:start] + many + data[at : at + 12] + struct.pack("<II", len(many), start) + data[at + 20 :]


def laughing_workbook() -> bytes:
    """Its texts are entities of entities: a thousand million of them, were they put in."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return workbook_of_texts(["&e9;"], [[0]], before=f'<!DOCTYPE sst [<!ENTITY e0 "ha">{levels}]>')


def manifest_bomb(manifest: int) -> bytes:
    """A driver package with a manifest of `manifest` bytes, all in one name."""
    head = {"id": "bomb", "version": "1.0.0", "protocol": "x", "owner": "x"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.py", b"")
        with archive.open("manifest.json", "w", force_zip64=True) as part:
            part.write(json.dumps(head)[:-1].encode() + b', "name": "')
            for _ in range(manifest // 65536):
                part.write(b"a" * 65536)
            part.write(b'"}')
    return out.getvalue()


def members_bomb(size: int) -> bytes:
    """JSON of `size` bytes that is nothing but empty lists: thirty times as much once it is read."""
    return b'{"name":"x","note":"\\u0001","more":[' + b"[]," * (size // 3) + b"[]]}"
