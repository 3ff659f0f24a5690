"""What a camera of this kind must do, besides what the bench asks of every device."""

from linli.edge.framework.certification import Case, Trial


async def reading(trial: Trial) -> None:
    status = await trial.subject.act("read", plate="浙A12345")
    trial.expect(status == 200, f"the push was answered {status}")
    await trial.until(
        lambda: bool(trial.things.events_of(trial.device, "IntelligentAlarm")), "the reading was not told"
    )


async def barrier(trial: Trial) -> None:
    for command in ("open", "close"):
        await trial.call("OperateGate", {"command": command})
        seen = await trial.subject.act("barrier")
        trial.expect(seen == command, f"after {command} it is {seen}")


async def wrong_digest(trial: Trial) -> None:
    status = await trial.subject.act("read", plate="浙A12345", password="another")
    trial.expect(status == 401, f"a push with a wrong password was answered {status}")


CASES = (
    Case("reading", "spec H 5.1", reading),
    Case("barrier", "spec F 3.5, 3.2", barrier),
    Case("wrong_digest", "contract 1", wrong_digest),
)
