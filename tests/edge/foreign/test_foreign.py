"""Drivers of others in processes of their own: packages, the SDK's calls, crashes, and files replaced on the box."""

import io
import os
import signal
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from linli import cli
from linli.edge.foreign.driver import ForeignDriver
from linli.edge.foreign.package import PackageError, check_signature, installed_package, unpack
from linli.edge.framework import DeviceOffline, DeviceRefused, DriverFailed, ServiceUnknown
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.manifest import Manifest
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Deployment, DeviceEntry, State, Supervisor
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from linli.sync import Backoff
from tests.edge.doors.site_box import until
from tests.edge.foreign.packages import CONTROLLER, CardController, packed

MANIFEST = Manifest(
    id="acme_controller",
    name="Acme_PerAccess_CardController",
    version="1.0.0",
    protocol="自定义",
    owner="Acme",
)


class Box:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = SystemClock()
        self.things = Collected()
        self.supervisor: Supervisor
        self.controller = CardController()
        self.config: dict[str, Any] = {"vendor": "Acme"}

    async def run(self, package: bytes, *, devices: bool = True) -> None:
        folder = unpack(package, self.root, MANIFEST)
        port = await self.controller.start()
        custom = {"ip": "127.0.0.1", "port": port}
        self.supervisor = Supervisor(
            {MANIFEST.id: installed_package(folder)}, things=self.things, clock=self.clock, ids=Ids(),
            logs=DeviceLogs(self.clock), backoff=Backoff(first_ms=50, factor=1.0, longest_ms=50, retries=99),
        )  # fmt: skip
        entries = (DeviceEntry("pk", "gate.3", custom),) if devices else ()
        await self.supervisor.deploy(Deployment(MANIFEST.id, self.config, entries))

    @property
    def driver(self) -> ForeignDriver:
        return cast(ForeignDriver, self.supervisor.driver(MANIFEST.id))

    @property
    def state(self) -> State:
        return self.supervisor.status()[0].state

    def texts(self) -> list[str]:
        return [line.text for line in self.supervisor.log(MANIFEST.id).lines()]

    async def call(self, service: str, **params: Any) -> Any:
        return await self.supervisor.call("gate.3", service, params)


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    box = Box(tmp_path)
    yield box
    if hasattr(box, "supervisor"):
        await box.supervisor.close()
    await box.controller.stop()


@pytest.mark.covers("G-C38", "G-C39")
async def test_a_card_controller_by_a_vendors_driver(box: Box) -> None:
    await box.run(packed(index=CONTROLLER))
    await until(lambda: box.things.is_online("gate.3"), 60)
    assert "driver of Acme" in box.texts()
    entries = [
        {"type": 1, "cardId": "F47B0BA2"},
        {"type": 1, "cardId": "0000"},
        {"type": 2, "cardId": "0000"},
    ]
    assert await box.call("syncCardPermissions", permissions=entries) == {
        "confirmed": ["F47B0BA2", "0000", "0000"]
    }
    assert box.controller.swipe("F47B0BA2")
    assert not box.controller.swipe("0000")
    await until(lambda: len(box.things.events) == 2)
    assert [(one.params["code"], one.params["content"]) for one in box.things.events] == [
        (0, "F47B0BA2"), (203, "0000"),
    ]  # fmt: skip
    await until(lambda: box.things.values.get("gate.3") == {"DoorState": 0})
    await box.supervisor.set_properties("gate.3", {"OpenSeconds": 9})
    assert await box.supervisor.get_properties("gate.3", ["OpenSeconds"]) == {"OpenSeconds": 9}
    with pytest.raises(ServiceUnknown):
        await box.call("fly")
    with pytest.raises(DeviceRefused, match="lock jammed"):
        await box.call("refuse")
    with pytest.raises(DeviceRefused, match="ZeroDivisionError"):
        await box.call("break")
    assert box.state is State.RUNNING


@pytest.mark.covers("H-09")
async def test_a_killed_driver_is_started_again_with_the_files_that_are_there_then(box: Box) -> None:
    """Copy new files to the code path, kill the process, the runtime restarts it (spec G 4.6)."""
    await box.run(packed(index=CONTROLLER))
    await until(lambda: box.things.is_online("gate.3"), 60)
    first = box.driver.pid
    index = box.root / MANIFEST.id / "code" / "index.py"
    index.write_text(CONTROLLER.replace('"driver of"', '"newer driver of"'))
    os.kill(first, signal.SIGKILL)
    await until(lambda: box.things.states == [("gate.3", True), ("gate.3", False), ("gate.3", True)], 60)
    assert box.driver.pid != first
    assert "newer driver of Acme" in box.texts()
    assert "the driver crashed" in box.texts()


async def test_a_driver_that_cannot_be_imported_is_told_with_its_reason(box: Box) -> None:
    await box.run(packed(index="import leda\nprint('before')\nimport no_such_library\n"))
    await until(lambda: box.supervisor.status()[0].crashes >= 1, 60)
    await until(lambda: any("no_such_library" in text for text in box.texts()), 60)
    with pytest.raises(DriverFailed):
        await box.call("read")


async def test_a_stopped_driver_leaves_no_process_and_no_device_online(box: Box) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + CONTROLLER
    await box.run(packed(index=stubborn))
    await until(lambda: box.things.is_online("gate.3"), 60)
    pid = box.driver.pid
    await box.supervisor.stop(MANIFEST.id)
    assert not box.things.is_online("gate.3")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_what_a_driver_may_not_say(box: Box) -> None:
    lines = """
import leda
for what, values in (("online", {"device": "other"}), ("event", {"device": "gate.3"}), ("fly", {})):
    try:
        leda._link.ask(what, **values)
    except leda.LedaError as error:
        print("refused", what, error.code, flush=True)
try:
    leda.register_and_online("pk", "other", object())
except leda.LedaError as error:
    print("refused register", error.code, flush=True)
leda._link._out.write(b"nonsense\\n"); leda._link._out.flush()
handle = leda.register_and_online("pk", "gate.3", object())
leda.log(handle, "hello", "warning")
import os
print("secrets", sorted(name for name in os.environ if "LINLI" in name), flush=True)
"""
    os.environ["LINLI_MASTER"] = "x"
    try:
        await box.run(packed(index=lines))
        await until(lambda: any(text.startswith("secrets") for text in box.texts()), 60)
    finally:
        del os.environ["LINLI_MASTER"]
    told = [text for text in box.texts() if text.startswith(("refused", "secrets", "a line"))]
    assert told == [
        "refused online device_unknown", "refused event bad_params", "refused fly service_unknown",
        "refused register device_unknown", "a line is none of the protocol", "secrets []",
    ]  # fmt: skip
    assert [line.text for line in box.supervisor.log(MANIFEST.id, "gate.3").lines()] == ["hello"]
    with pytest.raises(ServiceUnknown):
        await box.call("anything")


async def test_a_device_that_is_not_online_is_not_asked(box: Box) -> None:
    await box.run(packed(index="import leda\n"))
    with pytest.raises(DeviceOffline):
        await box.call("read")


def evil(name: str, mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.py", "")
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("package", "said"),
    [
        (packed(driver__index="import leda"), "first level"),
        (b"no zip", "unpacked"),
        (evil("../../outside.py"), "out of the package"),
        (evil("/etc/outside.py"), "out of the package"),
        (evil("link", 0o120777), "link"),
    ],
)
def test_packages_that_are_not_taken(tmp_path: Path, package: bytes, said: str) -> None:
    good = unpack(packed(index="old"), tmp_path / "root", MANIFEST)
    with pytest.raises(PackageError, match=said):
        unpack(package, tmp_path / "root", MANIFEST)
    assert (good / "code" / "index.py").read_text() == "old"
    assert sorted(one.name for one in (tmp_path / "root").iterdir()) == [MANIFEST.id]
    assert not (tmp_path / "outside.py").exists()


def test_a_newer_package_takes_the_place_of_the_old(tmp_path: Path) -> None:
    unpack(packed(index="old", more="x"), tmp_path, MANIFEST)
    newer = msgspec.structs.replace(MANIFEST, version="1.1.0")
    folder = unpack(packed(index="new"), tmp_path, newer)
    assert installed_package(folder).manifest.version == "1.1.0"
    assert not (folder / "code" / "more.py").exists()


def test_only_trusted_signatures_count() -> None:
    key, other, package = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), packed(index="x")
    check_signature(package, key.sign(package), [other.public_key(), key.public_key()])
    for signature, trusted in ((key.sign(package), [other]), (key.sign(b"other"), [key]), (b"", [key])):
        with pytest.raises(PackageError, match="trusts"):
            check_signature(package, signature, [one.public_key() for one in trusted])


def test_a_package_is_packed_installed_and_listed_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = tmp_path / "code"
    (code / "acme").mkdir(parents=True)
    (code / "index.py").write_text(CONTROLLER)
    (code / "acme" / "table.py").write_text("x = 1")
    pack = ["driver", "pack", "code", "--id", "acme_controller", "--version", "1.0.0", "--owner", "Acme"]
    assert cli.main([*pack, "--name", "acme"]) == 2
    assert cli.main([*pack, "--name", "Acme_PerAccess_CardController"]) == 0
    first = (tmp_path / "acme_controller-1.0.0.zip").read_bytes()
    assert cli.main([*pack, "--name", "Acme_PerAccess_CardController"]) == 0
    package = tmp_path / "acme_controller-1.0.0.zip"
    assert package.read_bytes() == first
    install = ["driver", "install", str(package), "--trust", "driver-key.pub.pem"]
    assert cli.main(install) == 0
    assert (tmp_path / "drivers" / "acme_controller" / "code" / "acme" / "table.py").exists()
    capsys.readouterr()
    assert cli.main(["driver", "list"]) == 0
    assert "acme_controller      1.0.0" in capsys.readouterr().out
    package.write_bytes(first + b"x")
    assert cli.main(install) == 1
    assert "no key that this box trusts" in capsys.readouterr().out
