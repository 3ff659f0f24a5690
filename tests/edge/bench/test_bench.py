"""`linli driver`: a driver is begun, made for a made-up meter, certified; bad devices fail; reports cannot be changed."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from linli import cli
from linli.edge.bench import report as reports
from linli.edge.bench.clock import FastClock
from linli.edge.bench.manual import ManualSubject
from linli.edge.bench.runner import Report, certify, certify_device, certify_simulator
from linli.edge.doors.simulator.subject import MachineSubject
from linli.edge.drivers.door_terminal import simulator as terminal
from linli.edge.framework.certification import Kit
from linli.edge.framework.discovery import OWN, discover, driver_module, load
from linli.edge.scaffold import ScaffoldError, new_driver
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from tests.edge.bench.made_up_meter import CODEC, SERVE


def begin(root: Path) -> Path:
    """`linli driver new`, then the vendor's work: its codec, and a simulator that speaks it."""
    words = [
        "driver",
        "new",
        "acme_meter",
        "--name",
        "Acme_M1_EBA_Meter",
        "--owner",
        "Acme",
        "--folder",
        str(root),
    ]
    assert cli.main(words) == 0
    folder = root / "acme_meter"
    (folder / "codec.py").write_text(CODEC)
    simulator = (folder / "simulator.py").read_text()
    start, end = simulator.index("    async def _serve"), simulator.index("def create")
    simulator = simulator[:start] + SERVE.lstrip("\n") + "\n\n" + simulator[end:]
    simulator = simulator.replace("import asyncio\n", "import asyncio\nimport struct\n", 1)
    (folder / "simulator.py").write_text(
        simulator.replace("import Kit\n", "import Kit\n\nfrom . import codec\n", 1)
    )
    return folder


def test_a_driver_for_a_made_up_meter_passes_the_bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    begin(tmp_path / "drivers")
    assert cli.main(["driver", "bench", "acme_meter"]) == 0
    out = capsys.readouterr().out
    assert "passed   reads" in out
    assert "failed" not in out
    assert stat.S_IMODE((tmp_path / "bench-key.pem").stat().st_mode) == 0o600
    file = tmp_path / "certification" / "report.json"
    report, key = reports.verify(file.read_bytes())
    assert (report.driver, report.subject, report.passed) == ("acme_meter", "simulator", True)
    assert {one.outcome for one in report.cases} == {"passed"}
    for language, words in (("zh-CN", "设备认证报告"), ("en", "Certification report")):
        page = (tmp_path / "certification" / f"report.{language}.html").read_text()
        assert words in page
        assert key in page
        assert "<script" not in page
    assert cli.main(["driver", "verify", str(file), "--by", key]) == 0
    assert cli.main(["driver", "verify", str(file), "--by", "0" * 16]) == 1
    file.write_bytes(file.read_bytes().replace(b"acme_meter simulator", b"acme_meter SIMULATOR"))
    assert cli.main(["driver", "verify", str(file)]) == 1
    assert "changed after it was signed" in capsys.readouterr().out
    assert cli.main(["driver", "list"]) == 0
    assert "acme_meter" in capsys.readouterr().out


def test_the_folder_as_it_is_begun_runs(tmp_path: Path) -> None:
    folder = new_driver(tmp_path, "fresh_meter", name="EBA_Meter", owner="某表计公司")
    driver = load(folder)
    assert driver.form("config", "zh-CN")["properties"]["pollSeconds"]["title"] == "轮询间隔"
    assert driver.manifest.owner == "某表计公司"


@pytest.mark.parametrize(
    ("driver_id", "name", "owner", "said"),
    [
        ("Acme", "Acme_EBA_Meter", "Acme", "id"),
        ("../acme", "Acme_EBA_Meter", "Acme", "id"),
        ("acme_meter", "acme", "Acme", "name"),
        ("acme_meter", "Acme_EBA_Meter", 'A"', "owner"),
        ("acme_meter", "Acme_EBA_Meter", "", "owner"),
    ],
)
def test_bad_words_for_a_new_driver(tmp_path: Path, driver_id: str, name: str, owner: str, said: str) -> None:
    with pytest.raises(ScaffoldError, match=said):
        new_driver(tmp_path, driver_id, name=name, owner=owner)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.covers("H-08")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Nxtone_EBA_Modbus", 0), ("Goto_A7_SecSystem_Perimeter", 0), ("VehAccess_Gate", 0),
        ("nxtone_EBA_Modbus", 2), ("Nxtone_Modbus", 2), ("A_B_C_EBA_D", 2), ("Nxtone_EBA", 2), ("EBA_Mod-bus", 2),
    ],
)  # fmt: skip
def test_names_of_drivers(tmp_path: Path, name: str, code: int) -> None:
    words = ["driver", "new", "one_driver", "--name", name, "--owner", "A", "--folder", str(tmp_path)]
    assert cli.main(words) == code
    assert (tmp_path / "one_driver").exists() == (code == 0)


def test_a_folder_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin(tmp_path)
    words = [
        "driver",
        "new",
        "acme_meter",
        "--name",
        "Acme_EBA_Meter",
        "--owner",
        "A",
        "--folder",
        str(tmp_path),
    ]
    assert cli.main(words) == 2
    assert "exists" in capsys.readouterr().out
    assert cli.main(["driver", "bench", "no_such", "--folder", str(tmp_path)]) == 2


@pytest.mark.covers("G-C02", "G-C11")
@pytest.mark.parametrize("driver", ["door_device", "door_system", "door_terminal"])
async def test_the_door_drivers_are_certified_with_their_simulators(driver: str, tmp_path: Path) -> None:
    report = await certify_simulator(load(OWN / driver), tmp_path)
    assert [(one.id, one.why) for one in report.cases if one.outcome == "failed"] == []
    assert report.passed
    assert {language for one in report.cases for language in one.title} == {"zh-CN", "en"}
    assert not any(one.title["en"].startswith("bench.") for one in report.cases)
    skipped = [one.id for one in report.cases if one.outcome == "skipped"]
    assert (skipped == []) == (driver == "door_terminal")


async def of_bad_terminal(tmp_path: Path, harm: Any) -> Report:
    clock = FastClock(40)
    subject = terminal.create(Kit(clock, Ids()))
    harm(subject)
    installed, _ = discover()
    return await certify(
        installed["door_terminal"], subject, clock=clock, real=False, device="bad", scratch=tmp_path
    )


def failed(report: Report) -> set[str]:
    assert not report.passed
    return {one.id for one in report.cases if one.outcome == "failed"}


async def test_a_device_with_too_small_a_library_fails_that_case(tmp_path: Path) -> None:
    def harm(subject: MachineSubject) -> None:
        subject.machine.memory.most_faces = 20

    assert failed(await of_bad_terminal(tmp_path, harm)) == {"face_library"}


async def test_a_device_that_takes_any_token_fails(tmp_path: Path) -> None:
    def harm(subject: MachineSubject) -> None:
        answer = subject.machine._answer

        async def lax(path: str, message: Any) -> Any:
            if path in ("/connect", "/keepalive"):
                return await answer(path, message)
            return subject.machine.memory.serve(path, message)

        subject.machine._answer = lax  # type: ignore[method-assign]

    assert failed(await of_bad_terminal(tmp_path, harm)) == {"wrong_token"}


async def test_a_device_whose_lock_is_jammed_fails_much_and_ends_nothing(tmp_path: Path) -> None:
    def harm(subject: MachineSubject) -> None:
        subject.machine.faults.refuses = "lock jammed"

    report = await of_bad_terminal(tmp_path, harm)
    assert {"remote_open", "cards", "sip", "lifts"} <= failed(report)
    assert {"online", "two_tokens", "no_crash", "power_loss"}.isdisjoint(failed(report))
    why = next(one.why for one in report.cases if one.id == "remote_open")
    assert "lock jammed" in why


async def test_a_driver_that_does_not_start_fails_its_cases_and_is_told(tmp_path: Path) -> None:
    folder = begin(tmp_path)
    (folder / "driver.py").write_text(
        (folder / "driver.py")
        .read_text()
        .replace("async def start(self) -> None:", "async def start(self) -> None:\n        1 / 0")
    )
    (folder / "strings" / "en.json").write_text(json.dumps({"driver.acme_meter.name": "Meter"}))
    (folder / "bench.py").unlink()  # its cases would each wait their whole time for a driver that never runs
    report = await certify_simulator(load(folder), tmp_path / "scratch")
    assert "no_crash" in failed(report)
    assert "ZeroDivisionError" in next(one.why for one in report.cases if one.id == "no_crash")
    assert any("device.ip is missing" in fault for fault in report.folder)


def test_no_report() -> None:
    for data in (b"", b"{}", b'{"report":{},"signature":{"publicKey":"x","value":"y"}}'):
        with pytest.raises(reports.ReportInvalid):
            reports.verify(data)


async def test_a_real_device_with_a_person_at_its_switch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device is on its own socket; what the bench asks for is done by whoever reads it."""
    installed = load(begin(tmp_path))
    meter = driver_module(installed.folder, "simulator").create(Kit(SystemClock(), Ids()))
    await meter.start()
    loop, asked = asyncio.get_running_loop(), []

    def person(question: str) -> str:
        asked.append(question)
        if "Take the device's power" in question:
            asyncio.run_coroutine_threadsafe(meter.stop(), loop).result(5)
        elif "Power the device on" in question and len(asked) > 1:
            asyncio.run_coroutine_threadsafe(meter.start(), loop).result(5)
        return "skip" if "nonsense" in question or "set (" in question else ""

    monkeypatch.setattr("builtins.input", person)
    subject = ManualSubject({"pollSeconds": 1}, meter.custom, frozenset(("meter",)))
    report = await certify_device(installed, subject, tmp_path, device="SN 1")
    await meter.close()
    outcomes = {one.id: one.outcome for one in report.cases}
    assert outcomes == {
        "online": "passed", "unknown_service": "passed", "reads": "left_out", "resets": "passed",
        "survives_nonsense": "left_out", "power_loss": "passed", "driver_restart": "passed",
        "quiet_logs": "passed", "no_crash": "passed",
    }  # fmt: skip
    assert (report.subject, report.device, report.passed) == ("device", "SN 1", False)
