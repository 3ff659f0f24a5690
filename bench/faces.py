"""`./linli bench faces`: one face among many against faiss, a batch against a matrix product, and from a picture to the
decision against the models alone.

Libraries are random unit vectors; pictures are those that packages ship. A ratio is yardstick time / Linli time: 0.77
is the 1.3 times that doors can live with, 0.8 the 1.25 times of the pipeline.
"""

import io
import os

os.environ.update({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})  # before numpy is loaded

import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from bench.harness import Report, Sample, finish, say
from bench.networks import PAIRS, bare_runs, median_ms, pairs, ratio, timed
from bench.yardsticks import faiss_flat
from linli.ops.face_models import cache_folder, status
from linli.vision.index.exact import ExactIndex
from linli.vision.looks import Hit, decide
from linli.vision.pipeline import Pipeline, glimpse, load
from tests.vision import shipped

BATCH, LIMIT = 32, 5
SIZES = ((20_000, 192), (20_000, 512), (50_000, 192), (50_000, 512), (200_000, 192), (200_000, 512))
MAIN = (50_000, 512)
DOOR = 20_000
"""Faces that one box serves (spec E §7)."""
PICTURES = ("obama.jpg", "obama2.jpg", "biden.jpg", "astronaut.png", "sample6.jpg")


def unit(random: np.random.Generator, count: int, dimensions: int) -> np.ndarray:
    vectors = random.standard_normal((count, dimensions), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def libraries(report: Report, folder: Path) -> None:
    for count, dimensions in SIZES:
        single, many, worst = _library(folder, count, dimensions)
        if (count, dimensions) == MAIN:
            report.linli = [Sample(1 / mine) for mine, _ in single]
            report.other = [Sample(1 / other) for _, other in single]
        report.add(
            f"one of {count:,} x {dimensions} against faiss", ratio(single), linli_ms=median_ms(single, 0),
            yardstick_ms=median_ms(single, 1), greatest_difference=worst,
        )  # fmt: skip
        report.add(
            f"{BATCH} of {count:,} x {dimensions} against matmul", ratio(many), linli_ms=median_ms(many, 0),
            yardstick_ms=median_ms(many, 1),
        )  # fmt: skip
        say(f"{report.also[-2]}\n{report.also[-1]}")


def _library(
    folder: Path, count: int, dimensions: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]], float]:
    """(pairs of single searches, pairs of batches, greatest difference of a score)."""
    random = np.random.default_rng(1)
    vectors = unit(random, count, dimensions)
    index = ExactIndex(folder / f"{count}-{dimensions}", dimensions)
    index.feed(((str(row), vector.tobytes()) for row, vector in enumerate(vectors)), mark=count)
    flat = faiss_flat.Flat(vectors)
    noise = 0.05 * random.standard_normal((PAIRS + BATCH, dimensions), dtype=np.float32)
    asked = vectors[: PAIRS + BATCH] + noise
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    encoded = [vector.tobytes() for vector in asked]
    worst = _agreement(index, flat, asked[:PAIRS])
    single = pairs(
        lambda n: index.search([encoded[n]], limit=LIMIT), lambda n: flat.best(asked[n : n + 1], LIMIT)
    )
    many = pairs(
        lambda n: index.search(encoded[n : n + BATCH], limit=LIMIT),
        lambda n: faiss_flat.product(vectors, asked[n : n + BATCH]),
        9,
    )
    index.close()
    return single, many, worst


def _agreement(index: ExactIndex, flat: faiss_flat.Flat, asked: np.ndarray) -> float:
    """The greatest difference of a score; raises AssertionError where the best is another."""
    worst = 0.0
    for vector in asked:
        mine = index.search([vector.tobytes()], limit=LIMIT)[0]
        (theirs,) = flat.best(vector[np.newaxis], LIMIT)
        assert mine[0][0] == str(theirs[0][0]), (mine, theirs)
        worst = max(worst, *(abs(a - b) for (_, a), (_, b) in zip(mine, theirs, strict=True)))
    assert worst < 1e-5, worst
    return worst


def pipeline(report: Report, folder: Path) -> None:
    """From the bytes of a door's picture to whose it is, among 20,000, against the three networks run alone."""
    shown = shipped.pictures()
    if not status(cache_folder())["ready"] or not shown:
        say("models or pictures are not here: the pipeline is not measured (./linli models --cache fetch)")
        return
    faces = load(cache_folder())
    index = ExactIndex(folder / "door", faces.dimensions)
    library = unit(np.random.default_rng(2), DOOR, faces.dimensions)
    index.feed(((str(row), vector.tobytes()) for row, vector in enumerate(library)), mark=1)

    def decided(picture: bytes) -> str:
        (hits,) = index.search([faces.glance(picture)], limit=LIMIT)
        return decide([Hit(id, score) for id, score in hits], faces.thresholds)

    for name in PICTURES:
        for what, content in (
            (name, shown[name]),
            (f"{name} as a close-up of 640", close_up(faces, shown[name])),
        ):
            bare = bare_runs(partial(faces.glance, content))
            taken = pairs(lambda _, content=content: decided(content), lambda _, bare=bare: bare())
            decode = [timed(partial(glimpse, content)) for _ in range(9)]
            report.add(
                f"{what}: picture to decision against its model runs", ratio(taken),
                linli_ms=median_ms(taken, 0), yardstick_ms=median_ms(taken, 1),
                faces=len(faces.look(content).faces), decode_ms=round(statistics.median(decode) * 1000, 2),
            )  # fmt: skip
            say(f"{report.also[-1]}")
    index.close()


def close_up(faces: Pipeline, content: bytes) -> bytes:
    """The largest head as residents' pictures show it: 640 x 640, more than a quarter of it face."""
    face = faces.look(content).face
    assert face is not None
    side = face.height * 1.5
    left, top = face.left + face.width / 2 - side / 2, face.top + face.height / 2 - side * 0.55
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    cut = picture.crop((round(left), round(top), round(left + side), round(top + side))).resize((640, 640))
    out = io.BytesIO()
    cut.save(out, "JPEG", quality=90)
    return out.getvalue()


def main(arguments: list[str]) -> None:
    report = Report("faces", "searches/s among 50,000 x 512", "faiss IndexFlatIP, one thread")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        libraries(report, Path(folder))
        pipeline(report, Path(folder))
    report.also.append({"name": "load average", "ratio": 1.0, "value": os.getloadavg()[0]})
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
