"""The cases for every driver and device, with any protocol. The titles are in this room's strings."""

import msgspec

from linli.edge.framework.certification import Case, Trial
from linli.edge.framework.discovery import Installed
from linli.edge.framework.errors import ServiceUnknown
from linli.edge.framework.supervisor import State
from linli.kernel import i18n

PATIENCE_FACTOR = 6
"""Coming back after a power loss may take some heartbeats."""


async def comes_online(trial: Trial) -> None:
    await trial.until(lambda: trial.things.is_online(trial.device), "the device did not come online")


async def unknown_service(trial: Trial) -> None:
    try:
        await trial.call("noSuchServiceAnywhere")
    except ServiceUnknown:
        return
    trial.expect(False, "a service that does not exist was answered")


async def power_loss(trial: Trial) -> None:
    patience = trial.patience_s * PATIENCE_FACTOR
    began = trial.clock.now_ms()
    await trial.subject.stop()
    await trial.until(
        lambda: not trial.things.is_online(trial.device), "its absence was not noticed", patience
    )
    trial.notes["absence_noticed_ms"] = trial.clock.now_ms() - began
    await trial.subject.start()
    await trial.subject.meet(trial.driver)
    await trial.until(lambda: trial.things.is_online(trial.device), "it did not come back", patience)


async def driver_restart(trial: Trial) -> None:
    await trial.supervisor.restart(trial.driver_id)
    await trial.subject.meet(trial.driver)
    await trial.until(
        lambda: trial.things.is_online(trial.device),
        "it did not come back",
        trial.patience_s * PATIENCE_FACTOR,
    )


async def no_crash(trial: Trial) -> None:
    (status,) = trial.supervisor.status()
    trial.expect(status.state is State.RUNNING and not status.crashes, f"the driver crashed: {status.why}")


async def quiet_logs(trial: Trial) -> None:
    """Neither values of secret fields nor errors."""
    lines = trial.supervisor.log(trial.driver_id, trial.device).lines()
    trial.expect(bool(lines), "the device's log says nothing at all")
    errors = [line.text for line in lines if line.level == "error"]
    trial.expect(not errors, f"errors in the log: {'; '.join(errors[:3])}")
    text = msgspec.json.encode([line._asdict() for line in lines], enc_hook=str).decode()
    for value in _secrets(trial):
        trial.expect(value not in text, "a secret stands in the log")


def _secrets(trial: Trial) -> list[str]:
    values = {**trial.subject.config, **trial.subject.custom}
    named = ("password", "secret", "key", "token")
    return [str(value) for name, value in values.items() if value and any(n in name.lower() for n in named)]


FIRST = (Case("online", "contract 1", comes_online), Case("unknown_service", "contract 1", unknown_service))
LAST = (
    Case("power_loss", "quality: reconnects_after_power_loss", power_loss),
    Case("driver_restart", "contract 1", driver_restart),
    Case("quiet_logs", "quality: diagnostics_without_personal_data", quiet_logs),
    Case("no_crash", "contract 1", no_crash),
)


def folder_faults(installed: Installed) -> list[str]:
    """Faults of the folder itself, before a case runs: texts for every field in both languages."""
    faults = []
    for language in i18n.LANGUAGES:
        for which in ("config", "device"):
            for name, field in installed.form(which, language)["properties"].items():
                if "title" not in field:
                    faults.append(
                        f"strings/{language}.json: driver.{installed.manifest.id}.{which}.{name} is missing"
                    )
    return faults
