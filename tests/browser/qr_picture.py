"""The text of a QR code that a page draws: what a door's camera would read. Source: ISO/IEC 18004, byte mode.

Drawn codes are clean, so nothing is corrected; where the modules of a version stand is segno's.
"""

import re
from collections.abc import Iterator

import segno
from segno import consts

_MASKS = (
    lambda row, column: (row + column) % 2,
    lambda row, column: row % 2,
    lambda row, column: column % 3,
    lambda row, column: (row + column) % 3,
    lambda row, column: (row // 2 + column // 3) % 2,
    lambda row, column: row * column % 2 + row * column % 3,
    lambda row, column: (row * column % 2 + row * column % 3) % 2,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
)
_FORMAT_MASK, _BYTES, _QUIET = 0x5412, 0b0100, 4
_DATA = (consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT)

type Modules = list[list[bool]]


def text_of(svg: str) -> str:
    """The text in a code as `linli.kernel.qr` draws it."""
    modules = _modules(svg)
    version = (len(modules) - 17) // 4
    level, mask = divmod(_format(modules) >> 10, 8)
    bits = "".join("01"[bit] for bit in _data_bits(modules, version, mask))
    content = _in_order([int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)], version, level)
    bits = "".join(f"{byte:08b}" for byte in content)
    assert int(bits[:4], 2) == _BYTES
    start = 4 + (8 if version < 10 else 16)
    length = int(bits[4:start], 2)
    return bytes(int(bits[start + 8 * n : start + 8 * n + 8], 2) for n in range(length)).decode()


def picture_of(svg: str) -> bytes:
    """The same as pixels (PGM), for a program that reads pictures."""
    size, scale = len(modules := _modules(svg)), 8
    white = [False] * (size + 2 * _QUIET)
    edge = [False] * _QUIET
    rows = [*[white] * _QUIET, *[[*edge, *row, *edge] for row in modules], *[white] * _QUIET]
    pixels = b"".join(
        bytes(0 if dark else 255 for dark in row for _ in range(scale)) for row in rows for _ in range(scale)
    )
    return b"P5 %d %d 255\n" % ((size + 2 * _QUIET) * scale, (size + 2 * _QUIET) * scale) + pixels


def _modules(svg: str) -> Modules:
    box = re.search(r'viewBox="0 0 (\d+) \d+"', svg)
    path = re.search(r'stroke="#000"[^>]* d="([^"]+)"', svg)
    assert box
    assert path
    size = int(box[1]) - 2 * _QUIET
    modules = [[False] * size for _ in range(size)]
    x = y = 0
    for act, numbers in re.findall(r"([Mmh])([^Mmh]+)", path[1]):
        if act == "h":
            for column in range(x, x + int(numbers)):
                modules[y][column] = True
            x += int(numbers)
            continue
        right, down = (int(float(number)) for number in numbers.split())
        x, y = (right - _QUIET, down - _QUIET) if act == "M" else (x + right, y + down)
    return modules


def _format(modules: Modules) -> int:
    places = [(8, column) for column in (*range(6), 7, 8)] + [(row, 8) for row in (7, *range(5, -1, -1))]
    return int("".join("01"[modules[row][column]] for row, column in places), 2) ^ _FORMAT_MASK


def _data_bits(modules: Modules, version: int, mask: int) -> Iterator[bool]:
    """In pairs of columns from the right, up and down by turns; the timing column is passed over."""
    size = len(modules)
    kinds = list(segno.make_qr("0", version=version).matrix_iter(border=0, verbose=True))
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if upwards else range(size):
            for column in (right, right - 1):
                # segno calls one module of data a module of format.
                if kinds[row][column] in _DATA or (row, column) == (8, size - 9):
                    yield modules[row][column] != (_MASKS[mask](row, column) == 0)
        upwards = not upwards


def _in_order(codewords: list[int], version: int, level: int) -> list[int]:
    """The data of all blocks, one block behind the other: they are drawn by turns."""
    sizes = [info.num_data for info in consts.ECC[version][level] for _ in range(info.num_blocks)]
    blocks: list[list[int]] = [[] for _ in sizes]
    rest = iter(codewords)
    for at in range(max(sizes)):
        for block, length in zip(blocks, sizes, strict=True):
            if at < length:
                block.append(next(rest))
    return [byte for block in blocks for byte in block]
