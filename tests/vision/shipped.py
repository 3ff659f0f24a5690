"""Pictures of faces that packages ship, for tests: fetched through pip and npm when the tests are set up, never kept
with the source. `python -m tests.vision.shipped` fetches them.

Three photographs of one man, one of another and their partial faces (face-recognition, MIT), an astronaut
(scikit-image, a NASA picture), groups of people (face-api, MIT; rights in the pictures are not told: fetched only).
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from linli.vision.fetch import FetchError, pack

SUMS: Final = {
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "biden.jpg": "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
    "camera.png": "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    "coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    "obama.jpg": "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
    "obama2.jpg": "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
    "obama3.jpg": "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
    "obama_partial_face.jpg": "c2d1f09e7ef3042352b41e41286e6eb0522f64f88308be13886991b95db52117",
    "obama_partial_face2.jpg": "9a812347f97633542b8cd9992de22def11b74f79d82056bc3ee830f13878e028",
    "sample1.jpg": "8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51",
    "sample2.jpg": "7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691",
    "sample3.jpg": "8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936",
    "sample4.jpg": "729efa5923061d40eb4ed5f267a18cc7b8ba6f852bb2757b16d8b7e4937476fc",
    "sample5.jpg": "6d45095ebb182d8f975c0790e0e4eefd86fbb40609cf4b271776d92e12662938",
    "sample6.jpg": "9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87",
}


def folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "linli" / "test-pictures"


def pictures() -> dict[str, bytes]:
    """Name → bytes; empty where they were not fetched."""
    place = folder()
    if not all((place / name).is_file() for name in SUMS):
        return {}
    return {name: (place / name).read_bytes() for name in SUMS}


def fetch() -> None:
    """Raises FetchError."""
    if pictures():
        return
    with tempfile.TemporaryDirectory(prefix="linli-pictures-") as place:
        found = {
            **_of_pypi(Path(place), "face-recognition==1.3.0", binary=False),
            **_of_pypi(Path(place), "scikit-image==0.26.0", binary=True),
            **_of_tar(pack("@vladmandic/face-api@1.7.15", Path(place)), "demo/"),
        }
    folder().mkdir(parents=True, exist_ok=True)
    for name, wanted in SUMS.items():
        content = found.get(name, b"")
        if hashlib.sha256(content).hexdigest() != wanted:
            raise FetchError(f"{name} is not the picture it should be")
        (folder() / name).write_bytes(content)


def _of_pypi(place: Path, package: str, *, binary: bool) -> dict[str, bytes]:
    name = package.partition("==")[0]
    only = "--only-binary" if binary else "--no-binary"
    line = ["download", "--quiet", "--no-deps", only, name, package, "--dest", str(place)]
    for python in (sys.executable, "python3"):
        done = subprocess.run([python, "-m", "pip", *line], capture_output=True, text=True, timeout=600)
        if done.returncode == 0:
            break
    else:
        raise FetchError(f"pip download {package} failed: {done.stderr.strip()[-300:]}")
    (archive,) = place.glob(f"{name.replace('-', '_')}*")
    return _of_zip(archive) if binary else _of_tar(archive, "tests/test_images/")


def _of_tar(archive: Path, inside: str) -> dict[str, bytes]:
    found = {}
    with tarfile.open(archive) as packed:
        for entry in packed:
            file = packed.extractfile(entry) if inside in entry.name else None
            if file is not None and Path(entry.name).name in SUMS:
                found[Path(entry.name).name] = file.read()
    return found


def _of_zip(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        names = [name for name in packed.namelist() if name.startswith("skimage/data/")]
        return {Path(name).name: packed.read(name) for name in names if Path(name).name in SUMS}


if __name__ == "__main__":
    fetch()
