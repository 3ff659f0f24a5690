"""What a lane camera of this kind must do, besides what the bench asks of every device."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any

from linli.edge.framework import ParamsBad
from linli.edge.framework.certification import Case, Trial


async def _comes(trial: Trial, action: str, condition: Callable[[Any], bool], why: str) -> None:
    """The device does what it was told a moment after the driver has told it."""
    end = trial.clock.now_ms() + trial.patience_s * 1000
    while not condition(await trial.subject.act(action)):
        trial.expect(trial.clock.now_ms() < end, why)
        await asyncio.sleep(0.01)


async def reading(trial: Trial) -> None:
    await trial.subject.act("read", plate="浙A12345")
    await trial.until(
        lambda: bool(trial.things.events_of(trial.device, "IntelligentAlarm")), "the reading was not told"
    )
    event = trial.things.events_of(trial.device, "IntelligentAlarm")[-1]
    trial.expect(event["plateNumber"] == "浙A12345", f"another plate was told: {event}")


async def barrier(trial: Trial) -> None:
    for command, state in (("open", "open"), ("keepOpen", "held"), ("close", "close")):
        await trial.call("OperateGate", {"command": command})
        await _comes(trial, "barrier", state.__eq__, f"after {command} it is not {state}")


async def display(trial: Trial) -> None:
    await trial.call("SerialSend", {"data": base64.b64encode("请缴费5元".encode("gbk")).decode()})
    await _comes(
        trial, "shown", lambda shown: "请缴费5元".encode("gbk") in shown, "the display did not get it"
    )


async def wrong_command(trial: Trial) -> None:
    try:
        await trial.call("OperateGate", {"command": "explode"})
    except ParamsBad as bad:
        trial.expect(bad.field == "command", f"the fault is said of {bad.field}")
        return
    trial.expect(False, "a command that there is not was taken")


CASES = (
    Case("reading", "spec H 5.1", reading),
    Case("barrier", "spec F 3.5, 3.2", barrier),
    Case("display", "spec H 3.5.2.1.1", display),
    Case("wrong_command", "contract 1", wrong_command),
)
