"""What is published is complete by itself: typed, with its version, nothing of the platform in it, and it works in an
environment that has nothing but it and what it names as needed."""

import json
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import linli_sdk

SDK = Path(__file__).resolve().parents[1]
NEEDED = (
    "anyio",
    "certifi",
    "h11",
    "httpcore",
    "httpx",
    "idna",
    "msgspec",
    "sniffio",
    "typing_extensions",
    "wsproto",
)
"""Import packages of the SDK's requirements and of theirs: lent to the empty environment, since tests fetch nothing."""

USE = """
import json, sys
import linli_sdk
from linli_sdk import ApiError, Linli
from linli_sdk.device import Device, Endpoint, Triple
from linli_sdk.paging import pages

url, key, secret, project, mqtt_port, *triple = sys.argv[1:]
with Linli(url, key, secret) as linli:
    names = [one.device_name for one in pages(linli.things.list_things, page_size=50)]
    try:
        linli.devices.bind_devices(project_id=project, iot_ids=["nobody"])
        refused = None
    except ApiError as error:
        refused = error.code
with Device(Endpoint("127.0.0.1", int(mqtt_port)), Triple(*triple)) as device:
    device.post_properties({"RSAPublicKey": "from the wheel"})
print(json.dumps({"file": linli_sdk.__file__, "version": linli_sdk.__version__, "names": names, "refused": refused}))
"""


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(kind: str, source: Path, into: Path) -> Path:
    """By the backend that `pyproject.toml` names, as pip and uv call it; no network, no other environment."""
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", into, cwd=source)
    (made,) = into.iterdir()
    return made


def test_nothing_of_the_platform_is_imported() -> None:
    for file in (SDK / "src").rglob("*.py"):
        text = file.read_text("utf-8")
        assert "from linli." not in text, file
        assert "import linli." not in text, file


def test_wheel_and_sdist_hold_the_same_package(tmp_path: Path) -> None:
    wheel = build("wheel", SDK, tmp_path / "wheel")
    assert wheel.name == f"linli_sdk-{linli_sdk.__version__}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {str(file.relative_to(SDK / "src")) for file in (SDK / "src").rglob("*.py")}
    assert sources | {"linli_sdk/py.typed"} <= names
    assert not [name for name in names if not name.startswith(("linli_sdk/", "linli_sdk-"))]

    sdist = build("sdist", SDK, tmp_path / "sdist")
    assert sdist.name == f"linli_sdk-{linli_sdk.__version__}.tar.gz"
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    again = build("wheel", unpacked, tmp_path / "again")
    assert set(zipfile.ZipFile(again).namelist()) == names


def test_the_wheel_works_where_nothing_else_is(tmp_path: Path, site) -> None:
    wheel = build("wheel", SDK, tmp_path / "wheel")
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode:
        pytest.skip("pip is not in this environment")
    venv.create(tmp_path / "empty", symlinks=True)
    python = tmp_path / "empty" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "-q", "--no-index", "--no-deps", wheel)
    _lend(tmp_path)
    run(*pip, "check")  # every requirement that the wheel names is met

    triple = site.device("from-the-wheel")
    told = json.loads(
        run(
            python, "-I", "-c", USE, site.installation.url, site.app_key, site.app_secret, site.project_id,
            str(site.installation.mqtt_port), triple.product_key, triple.device_name, triple.device_secret,
        )
    )  # fmt: skip
    assert Path(told["file"]).is_relative_to(tmp_path / "empty")
    assert told["version"] == linli_sdk.__version__
    assert triple.device_name in told["names"]
    assert told["refused"] == 403


def _lend(tmp_path: Path) -> None:
    """Put links to what the wheel needs, and to nothing else, on the path of the empty environment."""
    lent = tmp_path / "lent"
    lent.mkdir()
    held = metadata.packages_distributions()
    for dist in {dist for name in NEEDED for dist in held.get(name, ())}:
        for file in metadata.files(dist) or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (lent / top).exists():
                (lent / top).symlink_to(Path(str(metadata.distribution(dist).locate_file(top))))
    (found,) = (tmp_path / "empty" / "lib").glob("python*/site-packages")
    (found / "lent.pth").write_text(f"{lent}\n")
