"""One run: deploy the driver with its subject, run the cases in order, tell what came of each."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from linli import __version__
from linli.edge.bench import general
from linli.edge.bench.clock import FastClock
from linli.edge.doors.identity import BoxIdentity
from linli.edge.doors.keeper import Doorkeeper
from linli.edge.doors.trial_keeper import TrialKeeper
from linli.edge.framework.certification import Case, Failed, Kit, NotHere, Subject, Trial
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.discovery import Installed, driver_module
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Deployment, DeviceEntry, State, Supervisor
from linli.edge.photos import Photos
from linli.kernel import i18n
from linli.kernel.clock import Clock, SystemClock
from linli.kernel.ids import Ids

DEVICE: Final = "bench-device"
SPEED: Final = 40
"""Of a simulator's time."""
PATIENCE_S: Final = 20.0
CASE_SECONDS: Final = 120.0
"""Of real time, for one case with a simulator; a person at a real device has ten times as long."""

type Outcome = Literal["passed", "failed", "skipped", "left_out"]
"""Skipped: it does not concern the device. Left out: it does, and was not tried."""


class CaseReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    title: dict[str, str]
    source: str
    outcome: Outcome
    why: str = ""
    took_ms: int


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    linli: str
    driver: str
    driver_version: str
    protocol: str
    subject: Literal["device", "simulator"]
    device: str
    """The tested device, in the words of the person who ran the bench."""
    began_ms: int
    took_ms: int
    passed: bool
    """Every case that concerns the device passed, and nothing is wrong with the driver's folder."""
    folder: list[str]
    cases: list[CaseReport]
    quality: dict[str, str]
    notes: dict[str, Any]


async def certify(
    installed: Installed, subject: Subject, *, clock: Clock, real: bool, device: str, scratch: Path
) -> Report:
    """Run all cases. `scratch` takes photos and the like."""
    began, started = time.time_ns() // 1_000_000, time.monotonic()
    things, ids = Collected(), Ids()
    keeper = TrialKeeper(Photos(scratch, ids))
    supervisor = Supervisor(
        {installed.manifest.id: installed}, things=things, clock=clock, ids=ids, logs=DeviceLogs(clock),
        services={
            Doorkeeper: keeper,
            TrialKeeper: keeper,
            BoxIdentity: BoxIdentity("bench-0001", "127.0.0.1", "00-00-00-00-00-01"),
        },
    )  # fmt: skip
    trial = Trial(DEVICE, subject, supervisor, installed.manifest.id, things, clock, PATIENCE_S)
    cases: list[CaseReport] = []
    try:
        await subject.start()
        entry = DeviceEntry("bench", DEVICE, dict(subject.custom))
        await supervisor.deploy(Deployment(installed.manifest.id, dict(subject.config), (entry,)))
        (status,) = supervisor.status()
        if status.state is State.RUNNING:
            await subject.meet(trial.driver)
        for case in (*general.FIRST, *_cases_of(installed), *general.LAST):
            case_report = await _run(case, trial, installed, CASE_SECONDS * (10 if real else 1))
            cases.append(
                case_report
            )  # added one by one, so that an interrupted run keeps the cases before it
    finally:
        await supervisor.close()
        await subject.close()
    faults = general.folder_faults(installed)
    return Report(
        linli=__version__,
        driver=installed.manifest.id,
        driver_version=installed.manifest.version,
        protocol=installed.manifest.protocol,
        subject="device" if real else "simulator",
        device=device,
        began_ms=began,
        took_ms=round((time.monotonic() - started) * 1000),
        passed=not faults and all(case.outcome in ("passed", "skipped") for case in cases),
        folder=faults,
        cases=cases,
        notes=trial.notes,
        quality={
            rule: ": ".join(filter(None, status_and_reason))
            for rule, status_and_reason in installed.quality.items()
        },
    )


async def certify_simulator(installed: Installed, scratch: Path, *, speed: float = SPEED) -> Report:
    """With the driver's own simulator; its time runs `speed` times as fast."""
    clock = FastClock(speed)
    create = driver_module(installed.folder, "simulator").create
    subject: Subject = create(Kit(clock, Ids()))
    return await certify(
        installed,
        subject,
        clock=clock,
        real=False,
        device=f"{installed.manifest.id} simulator",
        scratch=scratch,
    )


async def certify_device(installed: Installed, subject: Subject, scratch: Path, *, device: str) -> Report:
    return await certify(installed, subject, clock=SystemClock(), real=True, device=device, scratch=scratch)


def _cases_of(installed: Installed) -> Sequence[Case]:
    if not (installed.folder / "bench.py").exists():
        return ()
    cases: Sequence[Case] = driver_module(installed.folder, "bench").CASES
    return cases


async def _run(case: Case, trial: Trial, installed: Installed, seconds: float) -> CaseReport:
    began, outcome, why = time.monotonic(), "passed", ""
    missing = case.needs - trial.subject.abilities
    if missing:
        outcome, why = "skipped", f"the device has no {', '.join(sorted(missing))}"
    else:
        try:
            async with asyncio.timeout(seconds):
                await case.run(trial)
        except Failed as error:
            outcome, why = "failed", str(error)
        except NotHere as error:
            outcome, why = "left_out", str(error)
        except TimeoutError:
            outcome, why = "failed", f"not done within {seconds:.0f} s"
        except Exception as error:  # noqa: BLE001  (a case is the driver's code, and must not end the run)
            outcome, why = "failed", f"{type(error).__name__}: {error}"
    titles = {language: _title(case, installed, language) for language in i18n.LANGUAGES}
    return CaseReport(
        id=case.id,
        title=titles,
        source=case.source,
        outcome=outcome,  # type: ignore[arg-type]
        why=why,
        took_ms=round((time.monotonic() - began) * 1000),
    )


def _title(case: Case, installed: Installed, language: str) -> str:
    own = installed.text(f"case.{case.id}", language)
    return own if own is not None else i18n.text(f"bench.case.{case.id}", language)
