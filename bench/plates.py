"""`./linli bench plates`: from a lane's picture to its plate against the bare runs of the networks.

Both sides make the same runs on the same inputs; Linli's decodes the picture, finds lines, straightens them, weighs how
they may be read, and lets the grammar of plates choose. A ratio is yardstick time / Linli time: 0.8 is the 1.25 times
that the pipeline may take. Pictures are drawn (`tests/vision/plate_pictures`), 1280 x 720 and 1920 x 1080.
"""

import os

os.environ.update({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})  # before numpy is loaded

import random
import sys
from functools import partial

from PIL import Image

from bench.harness import Report, Sample, finish, say
from bench.networks import bare_runs, median_ms, pairs, ratio
from linli.ops.face_models import plate_cache_folder, status
from linli.rules import plate_readings
from linli.vision import manifest as manifests
from linli.vision.manifest import PLATES
from linli.vision.plates import loading
from linli.vision.plates.reader import PlateReader
from tests.vision.plate_pictures import FONT, STYLES, jpeg, scene, some_plate, spoiled

SIZES = ((1280, 720), (1920, 1080))
MOST = 1.25


def measure(report: Report, reader: PlateReader) -> None:
    rng = random.Random(4)
    taken_all: list[tuple[float, float]] = []
    right = shown = 0
    for style in STYLES:
        for how in ("clean", "all"):
            for size in SIZES:
                plate = some_plate(rng, style)
                image = spoiled(scene(plate, style, rng), how, rng)
                image = image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)
                content = jpeg(image)
                reading = plate_readings.read(reader.read(content).places)
                shown, right = shown + 1, right + (reading is not None and reading.plate == plate)
                call = partial(_plate, reader, content)
                bare = bare_runs(call)
                taken = pairs(lambda _, call=call: call(), lambda _, bare=bare: bare(), 9)
                taken_all += taken
                report.add(
                    f"{style}, {how}, {size[0]} x {size[1]}: picture to plate against its model runs",
                    ratio(taken), linli_ms=median_ms(taken, 0), yardstick_ms=median_ms(taken, 1),
                )  # fmt: skip
                say(f"{report.also[-1]}")
    report.linli = [Sample(1 / mine) for mine, _ in taken_all]
    report.other = [Sample(1 / other) for _, other in taken_all]
    report.add("share of the drawn plates that is read rightly", right / shown, shown=shown)
    report.add(f"times the bare runs, at most {MOST}", 1 / ratio(taken_all))


def _plate(reader: PlateReader, content: bytes) -> None:
    plate_readings.read(reader.read(content).places)


def main(arguments: list[str]) -> None:
    report = Report("plates", "pictures/s", "the same runs of the networks alone")
    folder = plate_cache_folder()
    if not status(folder, PLATES)["ready"] or not FONT.is_file():
        say("models or the font are not here (./linli models --plates --cache fetch; Debian: fonts-noto-cjk)")
        raise SystemExit(1)
    measure(report, loading.load(folder, manifests.read(folder, PLATES)))
    report.also.append({"name": "load average", "ratio": 1.0, "value": os.getloadavg()[0]})
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
