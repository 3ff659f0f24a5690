"""Drivers whose protocol is not public: chosen, checked, deployed; and honest about what is missing. Spec C 8.3, 8.8."""

from pathlib import Path
from typing import Any

import pytest

from linli.edge.foreign.package import pack, unpack
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.discovery import discover
from linli.edge.framework.errors import ConfigBad, DriverFailed
from linli.edge.framework.manifest import Manifest
from linli.edge.framework.proprietary import NEEDS_PACKAGE
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Deployment, DeviceEntry, State, Supervisor
from linli.edge.runtime.driver_list import installed_drivers
from linli.kernel.clock import SystemClock
from linli.kernel.i18n import LANGUAGES
from linli.kernel.ids import Ids

RX = {"systemId": 1000, "devIp": "10.249.38.253", "desKey": "12345678", "devId": "2110_1"}
Y08 = {"deviceId": "199118592"}
"""As the source prints them (3.3.5.3.3)."""


def _deployed(driver: str, custom: dict[str, Any]) -> Deployment:
    return Deployment(driver, {}, (DeviceEntry("a1bcdefghij", f"{driver}.1", custom),))


@pytest.mark.parametrize(("driver", "custom"), [("jieshun_rx", RX), ("jieshun_parking", Y08)])
async def test_they_run_and_say_what_they_need(driver: str, custom: dict[str, Any], tmp_path: Path) -> None:
    found, broken = discover()
    assert not broken
    things = Collected()
    supervisor = Supervisor(
        found, things=things, clock=SystemClock(), ids=Ids(), logs=DeviceLogs(SystemClock(), tmp_path)
    )
    await supervisor.deploy(_deployed(driver, custom))
    try:
        (status,) = supervisor.status()
        assert (status.state, status.crashes, status.why) == (State.RUNNING, 0, NEEDS_PACKAGE)
        assert not things.is_online(f"{driver}.1")
        for ask in (
            supervisor.call(f"{driver}.1", "remoteOpen", {}),
            supervisor.set_properties(f"{driver}.1", {"x": 1}),
            supervisor.get_properties(f"{driver}.1", ["x"]),
        ):
            with pytest.raises(DriverFailed, match=NEEDS_PACKAGE):
                await ask
        with pytest.raises(ConfigBad):
            await supervisor.deploy(_deployed(driver, {**custom, "more": 1}))
    finally:
        await supervisor.close()
    for language in LANGUAGES:
        form = found[driver].form("device", language)
        assert all("title" in one for one in form["properties"].values())


def test_a_vendors_package_takes_the_place(tmp_path: Path) -> None:
    assert installed_drivers(tmp_path / "empty")["jieshun_rx"].manifest.needs_package
    code = tmp_path / "code"
    code.mkdir()
    (code / "index.py").write_text("")
    manifest = Manifest(
        id="jieshun_rx",
        name="Jieshun_RX_PerAccess_Door",
        version="1.0.0",
        protocol="jieshun_RX",
        owner="捷顺",
    )
    unpack(pack(code, manifest), tmp_path / "drivers", manifest)
    found = installed_drivers(tmp_path / "drivers")
    assert (found["jieshun_rx"].manifest.version, found["jieshun_rx"].manifest.needs_package) == (
        "1.0.0",
        False,
    )
    assert found["jieshun_parking"].manifest.needs_package
    assert found["door_device"].folder.parent.name == "drivers"
