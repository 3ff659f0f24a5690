"""One library: a memory-mapped matrix of unit vectors and their ids, searched whole.

Three files in a folder. `vectors` holds rows of float32; `slots` a record a row (id, checksum of id and vector, or
nothing for a free row); `head` the mark up to which changes were taken in. Rows reach the disk before the mark does:
after a kill or a power cut the mark is older at worst, and taking changes in again is harmless. A row whose checksum is
wrong makes the whole library void, since the database can fill it anew.
"""

import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

ID_BYTES: Final = 64
_SLOT: Final = struct.Struct(f"<{ID_BYTES}sI4x")
_HEAD: Final = struct.Struct("<8sIIQI")
"""magic, dimensions, rows in use, mark, checksum of what stands before it."""
_MAGIC: Final = b"LINLIFX1"
_FIRST_ROWS: Final = 1024
_BLOCK: Final = 64
"""Scores are looked through a block at a time: the best k lie in the k blocks with the best maxima."""
_CHUNK: Final = 16_384
"""Rows multiplied with a batch at a time, so that the scores stay in the processor's cache."""

_MANY: Final = 6
"""Vectors from which on one product is faster than a dot product each."""

type Vector = NDArray[np.float32]


class ExactIndex:
    """Open in one process only; `close` when done. Raises OSError when the disk is full."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self.dimensions = dimensions
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._files = [os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600) for name in _NAMES]
        self._map: mmap.mmap | None = None
        self._slots: mmap.mmap | None = None
        self._rows = 0
        self.mark = 0
        self._ids: list[str | None] = []
        self._row_of: dict[str, int] = {}
        self._free: list[int] = []
        if not self._read():
            self.clear()

    def __len__(self) -> int:
        return len(self._row_of)

    # changing

    def feed(self, changes: Iterable[tuple[str, bytes]], *, mark: int) -> None:
        """Take in changes in order; an empty vector takes its id away. Then remember `mark`, all of it durably.

        Raises ValueError for a vector of other dimensions and for an id over 64 bytes; what came before is taken in.
        """
        try:
            for id, vector in changes:
                if vector:
                    self._put(id, vector)
                else:
                    self._take_away(id)
        finally:
            self._flush()
        self._write_head(mark)

    def clear(self) -> None:
        """Empty the library, its mark too."""
        self._write_head(0, rows=0)
        self._close_maps()
        for file in self._files[:2]:
            os.ftruncate(file, 0)
        self._ids, self._row_of, self._free = [], {}, []
        self._rows = 0
        self._grow(_FIRST_ROWS)

    def _put(self, id: str, vector: bytes) -> None:
        if len(vector) != self.dimensions * 4:
            raise ValueError(f"a vector of {len(vector)} bytes, where {self.dimensions * 4} belong")
        name = id.encode()
        if not 0 < len(name) <= ID_BYTES:
            raise ValueError(f"an id of {len(name)} bytes")
        row = self._row_of.get(id)
        if row is None:
            row = self._free.pop() if self._free else len(self._ids)
            if row == self._rows:
                self._grow(self._rows * 2)
            if row == len(self._ids):
                self._ids.append(id)
            self._ids[row] = id
            self._row_of[id] = row
        self._write(row, vector, _SLOT.pack(name, _checksum(name, vector)))

    def _take_away(self, id: str) -> None:
        row = self._row_of.pop(id, None)
        if row is not None:
            # The vector itself goes too: nothing of a face that was erased stays on disk.
            self._write(row, bytes(self.dimensions * 4), bytes(_SLOT.size))
            self._ids[row] = None
            self._free.append(row)

    def _write(self, row: int, vector: bytes, slot: bytes) -> None:
        assert self._map is not None
        assert self._slots is not None
        width = self.dimensions * 4
        self._slots[row * _SLOT.size : (row + 1) * _SLOT.size] = slot
        self._map[row * width : (row + 1) * width] = vector

    def _grow(self, rows: int) -> None:
        self._close_maps()
        width = self.dimensions * 4
        for file, size in zip(self._files[:2], (width, _SLOT.size), strict=True):
            os.posix_fallocate(
                file, 0, rows * size
            )  # a full disk is told here, not by a signal at a later write
        self._map = mmap.mmap(self._files[0], rows * width)
        self._slots = mmap.mmap(self._files[1], rows * _SLOT.size)
        self._rows = rows

    def _flush(self) -> None:
        assert self._map is not None
        assert self._slots is not None
        self._map.flush()
        self._slots.flush()

    def _write_head(self, mark: int, rows: int | None = None) -> None:
        told = _HEAD.pack(_MAGIC, self.dimensions, len(self._ids) if rows is None else rows, mark, 0)[:-4]
        os.pwrite(self._files[2], told + struct.pack("<I", zlib.crc32(told)), 0)
        os.fdatasync(self._files[2])
        self.mark = mark

    # opening

    def _read(self) -> bool:
        """Whether the files hold a library of these dimensions, whole."""
        head = os.pread(self._files[2], _HEAD.size, 0)
        if len(head) != _HEAD.size or zlib.crc32(head[:-4]) != struct.unpack("<I", head[-4:])[0]:
            return False
        magic, dimensions, _, mark, _ = _HEAD.unpack(head)
        if magic != _MAGIC or dimensions != self.dimensions:
            return False
        width = self.dimensions * 4
        rows = os.fstat(self._files[0]).st_size // width
        if rows < _FIRST_ROWS or os.fstat(self._files[1]).st_size < rows * _SLOT.size:
            return False
        self._map = mmap.mmap(self._files[0], rows * width)
        self._slots = mmap.mmap(self._files[1], rows * _SLOT.size)
        self._rows = rows
        self.mark = mark
        return self._read_rows(width)

    def _read_rows(self, width: int) -> bool:
        assert self._map is not None
        assert self._slots is not None
        empty = bytes(_SLOT.size)
        slots, vectors = memoryview(self._slots), memoryview(self._map)
        try:
            for row in range(self._rows):
                slot = bytes(slots[row * _SLOT.size : (row + 1) * _SLOT.size])
                if slot == empty:
                    self._ids.append(None)
                    continue
                padded, checksum = _SLOT.unpack(slot)
                name = padded.rstrip(b"\0")
                if _checksum(name, vectors[row * width : (row + 1) * width]) != checksum:
                    return False
                id = name.decode()
                self._ids.append(id)
                self._row_of[id] = row
        except UnicodeDecodeError:
            return False
        finally:
            slots.release()
            vectors.release()
        while self._ids and self._ids[-1] is None:
            self._ids.pop()
        self._free = [row for row, id in enumerate(self._ids) if id is None]
        return True

    # searching

    def search(self, vectors: Sequence[bytes], *, limit: int) -> list[list[tuple[str, float]]]:
        """(id, cosine) of the best `limit` rows for each vector, best first. Raises ValueError for other dimensions."""
        count, best = len(self._ids), min(limit, len(self._row_of))
        if any(len(vector) != self.dimensions * 4 for vector in vectors):
            raise ValueError(f"a vector that has not {self.dimensions} dimensions")
        if not vectors or best < 1:
            return [[] for _ in vectors]
        assert self._map is not None
        matrix = np.frombuffer(self._map, np.float32, count * self.dimensions).reshape(count, self.dimensions)
        try:
            if len(vectors) < _MANY:
                return [self._search_one(matrix, vector, best) for vector in vectors]
            return self._search_many(matrix, vectors, best)
        finally:
            del matrix  # an array holds the map open, and a map that is held cannot grow

    def _search_one(self, matrix: Vector, vector: bytes, best: int) -> list[tuple[str, float]]:
        # A dot product a row reads memory as fast as it comes; a matrix-vector product takes twice as long.
        scores = np.vecdot(matrix, np.frombuffer(vector, np.float32))
        scores[self._free] = -2.0
        return self._named(_best(scores, best), scores)

    def _search_many(
        self, matrix: Vector, vectors: Sequence[bytes], best: int
    ) -> list[list[tuple[str, float]]]:
        asked = np.frombuffer(b"".join(vectors), np.float32).reshape(len(vectors), self.dimensions)
        scores = np.empty((len(vectors), len(matrix)), np.float32)
        for start in range(0, len(matrix), _CHUNK):
            part = matrix[start : start + _CHUNK]
            np.matmul(asked, part.T, out=scores[:, start : start + _CHUNK])
        scores[:, self._free] = -2.0
        return [self._named(_best(row, best), row) for row in scores]

    def _named(self, rows: NDArray[np.intp], scores: Vector) -> list[tuple[str, float]]:
        return [(id, float(scores[row])) for row in rows if (id := self._ids[row]) is not None]

    # closing

    def close(self) -> None:
        self._close_maps()
        for file in self._files:
            os.close(file)
        self._files = []

    def _close_maps(self) -> None:
        for held in (self._map, self._slots):
            if held is not None:
                held.close()
        self._map = self._slots = None


_NAMES: Final = ("vectors", "slots", "head")


def _checksum(name: bytes, vector: bytes | memoryview) -> int:
    return zlib.crc32(vector, zlib.crc32(name)) or 1  # never that of a free row


def _best(scores: Vector, count: int) -> NDArray[np.intp]:
    """Indices of the `count` greatest scores, greatest first; of equal ones the first."""
    whole = len(scores) // _BLOCK * _BLOCK
    if whole // _BLOCK > 4 * count:
        blocks = scores[:whole].reshape(-1, _BLOCK)
        chosen = np.argpartition(blocks.max(axis=1), -count)[-count:]
        rows = (chosen[:, np.newaxis] * _BLOCK + np.arange(_BLOCK)).ravel()
        candidates = np.concatenate([rows, np.arange(whole, len(scores))])
        candidates.sort()
    else:
        candidates = np.arange(len(scores))
    order = np.argsort(-scores[candidates], kind="stable")[:count]
    return np.asarray(candidates[order], np.intp)
