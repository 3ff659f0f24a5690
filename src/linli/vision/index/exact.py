"""One library: a memory-mapped matrix of unit vectors and their ids, searched whole.

Three files in a folder. `vectors` holds rows of float32; `slots` a record a row (id, checksum of id and vector, or
nothing for a free row); `head` the mark up to which changes were taken in. Rows reach the disk before the mark does:
after a kill or a power cut the mark is older at worst, and taking changes in again is harmless. A row whose checksum is
wrong makes the whole library void, since the database can fill it again.
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
_COLUMNS: Final = 256
"""Scores are split into this many groups, or four times the requested results, to find the lowest score that counts."""
_CHUNK: Final = 4096
"""Rows multiplied with a batch at a time: their scores are looked through while the processor's cache has them."""
_CROWDED: Final = 8
"""A chunk with so many times as many candidates as are asked for sets the mark again."""

_MANY: Final = 4
"""From this number of vectors on, one matrix product is faster than a dot product for each."""

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

        Raises ValueError for a vector of other dimensions and for an id over 64 bytes; earlier vectors are added.
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
        content = _HEAD.pack(_MAGIC, self.dimensions, len(self._ids) if rows is None else rows, mark, 0)[:-4]
        os.pwrite(self._files[2], content + struct.pack("<I", zlib.crc32(content)), 0)
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
        if self._free:
            scores[self._free] = -2.0
        candidates = np.flatnonzero(scores >= _mark(scores[:, np.newaxis], best))
        score = scores[candidates]
        order = np.argsort(-score, kind="stable")[:best]
        return self._named(candidates[order], score[order])

    def _search_many(
        self, matrix: Vector, vectors: Sequence[bytes], best: int
    ) -> list[list[tuple[str, float]]]:
        count = len(vectors)
        # Rows by asked columns: that way round the product takes nine tenths of the time that it takes the other way.
        asked = np.frombuffer(b"".join(vectors), np.float32).reshape(count, self.dimensions).T.copy()
        free = np.array(sorted(self._free), np.intp)
        space = np.empty((_CHUNK, count), np.float32)
        mark: Vector | None = None
        rows, columns, scores = [], [], []
        for start in range(0, len(matrix), _CHUNK):
            part = matrix[start : start + _CHUNK]
            here = np.matmul(part, asked, out=space[: len(part)])
            if len(free):
                first, last = np.searchsorted(free, (start, start + _CHUNK))
                here[free[first:last] - start] = -2.0
            if mark is None:
                mark = _mark(here, best)
            places = np.flatnonzero(here >= mark)
            if len(places) > _CROWDED * best * count:
                mark = np.maximum(mark, _mark(here, best))
                places = np.flatnonzero(here >= mark)
            row, column = np.divmod(places, count)
            rows.append(row + start)
            columns.append(column)
            scores.append(here.ravel()[places])
        return self._best_of(
            count, best, np.concatenate(rows), np.concatenate(columns), np.concatenate(scores)
        )

    def _best_of(
        self, count: int, best: int, rows: NDArray[np.intp], columns: NDArray[np.intp], scores: Vector
    ) -> list[list[tuple[str, float]]]:
        """For each of `count` asked columns its best, of candidates that stand in the order of rows."""
        order = np.lexsort((rows, -scores, columns))
        rows, scores = rows[order], scores[order]
        starts = np.searchsorted(columns[order], np.arange(count)).tolist()
        return [self._named(rows[start : start + best], scores[start : start + best]) for start in starts]

    def _named(self, rows: NDArray[np.intp], scores: Vector) -> list[tuple[str, float]]:
        pairs = zip(rows.tolist(), scores.tolist(), strict=True)
        return [(id, score) for row, score in pairs if (id := self._ids[row]) is not None]

    # closing

    def close(self) -> None:
        self._close_maps()
        for file in self._files:
            os.close(file)
        self._files = []

    def _close_maps(self) -> None:
        for mapping in (self._map, self._slots):
            if mapping is not None:
                mapping.close()
        self._map = self._slots = None


_NAMES: Final = ("vectors", "slots", "head")


def _checksum(name: bytes, vector: bytes | memoryview) -> int:
    return zlib.crc32(vector, zlib.crc32(name)) or 1  # never that of a free row


def _mark(scores: Vector, count: int) -> Vector:
    """A score for each column that at least `count` of its rows reach, and few more where rows are many.

    The best of each of many groups of rows are looked at: `count` groups whose best reach it hold as many rows.
    """
    width = max(_COLUMNS, 4 * count)
    deep, columns = len(scores) // width, scores.shape[1]
    if deep > 1:
        scores = np.maximum.reduce(scores[: deep * width].reshape(deep, width, columns))
    if len(scores) < count:
        return np.full(columns, -np.inf, np.float32)
    return np.asarray(np.partition(scores, len(scores) - count, axis=0)[len(scores) - count])
