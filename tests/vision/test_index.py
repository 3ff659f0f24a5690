"""A library against plain arithmetic; after a restart, a kill and with broken files."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from linli.vision.engine import Change
from linli.vision.index.exact import ExactIndex
from linli.vision.index.shelf import DiskShelf, take_place

DIMENSIONS = 24


def unit(random, count: int):
    vectors = random.standard_normal((count, DIMENSIONS), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def put(vectors, names=None):
    return [(names[n] if names else f"id-{n}", one.tobytes()) for n, one in enumerate(vectors)]


@pytest.fixture
def random():
    return np.random.default_rng(7)


def test_the_best_are_exactly_the_best(tmp_path, random):
    index = ExactIndex(tmp_path / "a", DIMENSIONS)
    kept = unit(random, 5000)
    index.feed(put(kept), mark=1)
    asked = unit(random, 9)
    for number in range(9):
        scores = kept @ asked[number]
        best = np.argsort(-scores)[:7]
        (alone,) = index.search([asked[number].tobytes()], limit=7)
        among = index.search([one.tobytes() for one in asked], limit=7)[number]
        for found in (alone, among):
            assert [id for id, _ in found] == [f"id-{row}" for row in best]
            assert [score for _, score in found] == pytest.approx(scores[best], abs=1e-5)
    index.close()


@pytest.mark.parametrize("limit", [1, 5, 50, 20_000])
def test_a_batch_finds_what_each_finds_alone_however_the_rows_lie(tmp_path, random, limit):
    """The worst order: every row is nearer than those before it; and many are free."""
    kept, asked = unit(random, 9000), unit(random, 8)
    kept = kept[np.argsort(kept @ asked[0])]
    index = ExactIndex(tmp_path / "a", DIMENSIONS)
    index.feed(put(kept), mark=1)
    gone = set(random.choice(9000, 1500, replace=False).tolist()) | set(range(4000, 4200))
    index.feed([(f"id-{row}", b"") for row in gone], mark=2)
    among = index.search([one.tobytes() for one in asked], limit=limit)
    for one, found in zip(asked, among, strict=True):
        (alone,) = index.search([one.tobytes()], limit=limit)
        scores = kept @ one
        best = [row for row in np.argsort(-scores).tolist() if row not in gone][:limit]
        assert len(alone) == len(found) == len(best)
        assert [score for _, score in alone] == pytest.approx(scores[best], abs=1e-5)
        assert [score for _, score in found] == pytest.approx(scores[best], abs=1e-5)
        assert {id for id, _ in found[:40]} == {f"id-{row}" for row in best[:40]}
    index.close()


def test_any_sequence_of_changes_ends_as_a_dictionary_would(tmp_path, random):
    index = ExactIndex(tmp_path / "a", DIMENSIONS)
    mirror: dict[str, np.ndarray] = {}
    vectors = unit(random, 6000)
    for step in range(6000):
        name = f"p{random.integers(0, 1500)}"
        if random.random() < 0.3:
            index.feed([(name, b"")], mark=step + 1) if step % 50 == 0 else index._take_away(name)
            mirror.pop(name, None)
        else:
            index._put(name, vectors[step].tobytes())
            mirror[name] = vectors[step]
    index.feed([], mark=6000)
    for _ in range(2):
        assert len(index) == len(mirror)
        names = list(mirror)
        matrix = np.stack([mirror[name] for name in names])
        for asked in unit(random, 5):
            best = names[int(np.argmax(matrix @ asked))]
            assert index.search([asked.tobytes()], limit=1)[0][0][0] == best
        index.close()
        index = ExactIndex(tmp_path / "a", DIMENSIONS)
        assert index.mark == 6000
    index.close()


def test_a_free_row_is_used_again_and_never_found(tmp_path, random):
    index = ExactIndex(tmp_path / "a", DIMENSIONS)
    kept = unit(random, 3)
    index.feed(put(kept), mark=3)
    index.feed([("id-1", b"")], mark=4)
    assert [id for id, _ in index.search([(-kept[1]).tobytes()], limit=9)[0]] != []
    assert "id-1" not in [id for id, _ in index.search([kept[1].tobytes()], limit=9)[0]]
    assert kept[1].tobytes() not in (tmp_path / "a" / "vectors").read_bytes()
    index.feed([("id-9", kept[1].tobytes())], mark=5)
    assert len(index._ids) == 3
    assert index.search([kept[1].tobytes()], limit=1)[0][0][0] == "id-9"
    index.close()


def test_wrong_vectors_and_ids_are_refused_and_nothing_else_is_lost(tmp_path, random):
    index = ExactIndex(tmp_path / "a", DIMENSIONS)
    good = unit(random, 1)[0].tobytes()
    for wrong in (("x", good[:-4]), ("y" * 65, good), ("", good)):
        with pytest.raises(ValueError):
            index.feed([("a", good), wrong], mark=9)
    assert (len(index), index.mark) == (1, 0)
    with pytest.raises(ValueError):
        index.search([good[:-4]], limit=1)
    assert index.search([], limit=3) == []
    index.close()


@pytest.mark.parametrize("name", ["vectors", "slots", "head"])
def test_a_damaged_file_makes_the_library_void(tmp_path, random, name):
    index = ExactIndex(tmp_path / "a", DIMENSIONS)
    index.feed(put(unit(random, 40)), mark=40)
    index.close()
    path = tmp_path / "a" / name
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)
    index = ExactIndex(tmp_path / "a", DIMENSIONS)
    assert (len(index), index.mark) == (0, 0)
    index.feed(put(unit(random, 5)), mark=5)
    assert len(index) == 5
    index.close()


def test_another_model_begins_anew_and_the_old_vectors_go(tmp_path):
    shelf = DiskShelf(tmp_path, "model-a", 4)
    one = np.array([1, 0, 0, 0], np.float32).tobytes()
    assert shelf.feed("1504", [Change("x", one)], mark=1) == 1
    shelf.close()
    shelf = DiskShelf(tmp_path, "model-b", 4)
    assert shelf.mark("1504") == 0
    assert not (tmp_path / "model-a").exists()
    assert shelf.search("1504", [one]) == [[]]
    with pytest.raises(ValueError):
        shelf.mark("../../etc")
    shelf.feed("1504", [Change("x", one)], mark=1)
    shelf.forget("1504")
    assert shelf.mark("1504") == 0
    shelf.close()


def test_two_processes_never_share_a_place(tmp_path):
    assert take_place(tmp_path) == tmp_path / "0"
    code = (
        "import sys; from pathlib import Path; from linli.vision.index.shelf import take_place;"
        f"print(take_place(Path({str(tmp_path)!r})).name)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "1"


FEEDER = """
import sys, numpy as np
from pathlib import Path
from linli.vision.index.exact import ExactIndex
index = ExactIndex(Path(sys.argv[1]), 24)
random = np.random.default_rng(index.mark)
while True:
    mark = index.mark + 1
    vector = np.full(24, mark % 97 + 1, np.float32)
    index.feed([(f"id-{mark % 5000}", vector.tobytes()), (f"id-{(mark * 7) % 5000}", b"")], mark=mark)
    if mark % 50 == 0:
        print(mark, flush=True)
"""


def test_killed_while_it_is_fed_it_is_whole_up_to_its_mark(tmp_path):
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", FEEDER, str(tmp_path / "a")], stdout=subprocess.PIPE, text=True
        )
        told = int(child.stdout.readline())
        time.sleep(0.03)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        index = ExactIndex(tmp_path / "a", DIMENSIONS)
        assert index.mark >= told
        held: dict[str, int] = {}
        for mark in range(1, index.mark + 1):
            held[f"id-{mark % 5000}"] = mark % 97 + 1
            held.pop(f"id-{(mark * 7) % 5000}", None)
        # At most the change after the mark was begun: it is taken in again, so it may be there or half there.
        late = {f"id-{(index.mark + 1) % 5000}", f"id-{((index.mark + 1) * 7) % 5000}"}
        assert set(index._row_of) ^ set(held) <= late
        index.close()
