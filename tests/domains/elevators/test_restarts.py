"""A box that goes down while a pass waits, while it calls, while a lift is to tell: one call, one record, whatever."""

import asyncio
from typing import Any

import pytest

from linli.edge.runtime import lift_passes, lift_under_way
from linli.edge.runtime.lift_journal import GATEWAY, SENT, WAITS
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import LiftSite
from tests.domains.elevators.test_gateways import serve, settled, told, with_gateway
from tests.domains.elevators.test_passes import TARGETS, code_of, held, under_way

pytestmark = pytest.mark.engines("sqlite")


async def stages(site: LiftSite) -> list[str]:
    return [row.stage for row in await site.box.passage.passes.journal.kept()]


async def until_stages(site: LiftSite, *wanted: str) -> None:
    async def there() -> bool:
        return await stages(site) == list(wanted)

    await until(there)


async def restart(site: LiftSite) -> None:
    """What is under way stays as it is in the box's file, as in a power cut; machines find the next life of the box."""
    home = site.box.home
    await site.box.passage.passes.stop()
    await site.box.stop()
    await site.wake(home)
    driver: Any = site.box.supervisor.driver(site.driver)
    for machine in site.machines:
        machine.faults.clock_off_s += 1  # no second /connect of the same second is taken
        machine.aim("127.0.0.1", driver.port)
        await machine.connect()


async def with_pass(site: LiftSite, delay_s: int) -> str:
    await site.with_box()
    code = await code_of(site, site.person)
    data_id = await site.linkage(delaySeconds=delay_s)
    await serve(site, data_id, site.person, TARGETS[:1])
    await held(site)
    return code


@pytest.mark.parametrize("cut", [False, True], ids=["line", "cut"])
async def test_a_pass_that_waits_over_a_restart_calls_once(site: LiftSite, cut: bool) -> None:
    code = await with_pass(site, 1)
    door, car = site.machines
    if cut:
        site.box.line.cut()
        site.line_cut = True
    await door.scan(code)
    assert await stages(site) == [WAITS]
    await restart(site)
    await until(lambda: bool(car.memory.calls))
    await until_stages(site)
    site.line_cut = False
    (row,) = await told(site, 1)
    assert (row["callResultCode"], row["identityID"], row["mediaID"]) == (200, site.person, code)
    await restart(site)  # nothing is left to be done
    await until(lambda: not under_way())
    assert len(car.memory.calls) == 1


async def test_what_was_sent_is_not_sent_again(site: LiftSite) -> None:
    code = await with_pass(site, 0)
    door, car = site.machines
    car.faults.answer_delay_s = 1.0
    await door.scan(code)
    await until_stages(site, SENT)
    await restart(site)
    car.faults.answer_delay_s = 0.0
    (row,) = await told(site, 1)
    assert (row["callResultCode"], "went down while it called" in row["callResultMsg"]) == (-4, True)
    assert len(car.memory.calls) <= 1
    await until_stages(site)


async def test_a_pass_that_is_too_old_is_a_failure_with_its_reason(
    site: LiftSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await with_pass(site, 1)
    door, car = site.machines
    await door.scan(code)
    monkeypatch.setattr(lift_passes, "TIMELY_MS", -60_000)
    await restart(site)
    (row,) = await told(site, 1)
    assert (row["callResultCode"], "too late" in row["callResultMsg"]) == (-3, True)
    assert row["identityID"] == site.person
    assert car.memory.calls == []


async def at_its_own_reader(site: LiftSite) -> tuple[Any, Any, str]:
    """(machine, its memory, the person's code); the lift keeps the rule."""
    lift = await with_gateway(site)
    code = await code_of(site, site.person)
    data_id = await site.linkage(triggerIotId=site.lift)
    await serve(site, data_id, site.person, TARGETS[:1])
    await held(site)
    await settled(site, 1)
    return site.machines[1], lift, code


async def test_reports_of_gateways_are_one_record_over_a_restart(
    site: LiftSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lift_under_way, "SETTLED_S", 0.0)
    car, lift, code = await at_its_own_reader(site)
    car.faults.is_mute = True  # its report comes by hand
    (rule,) = lift.lift_rules
    await car.scan(code)
    await until_stages(site, GATEWAY)
    await restart(site)
    assert await stages(site) == [GATEWAY]
    await car.rule_done(rule, "qrcode", code)
    await until_stages(site)
    (row,) = await told(site, 1)
    assert (row["callResultCode"], row["identityID"]) == (200, site.person)
    # it did not hear our answer, and the box went down meanwhile: the same once more
    await restart(site)
    await car.rule_done(rule, "qrcode", code)
    await until(lambda: site.box.queue.backlog == 0)
    await told(site, 1)
    assert lift.calls == []


async def test_a_rule_that_is_on_its_way_when_somebody_passes(
    site: LiftSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the lift had it in that moment, its own report says; without one the box calls."""
    monkeypatch.setattr(lift_under_way, "SETTLED_S", 600.0)
    monkeypatch.setattr(lift_passes, "DOUBT_S", 1.0)
    car, lift, code = await at_its_own_reader(site)
    await car.scan(code)
    await until(lambda: bool(lift.own_calls) and not under_way())
    assert lift.calls == []
    lift.lift_rules = {}
    await asyncio.gather(*(car.scan(code) for _ in range(3)))
    await until(lambda: len(lift.calls) == 3)
    rows = await told(site, 4)
    assert [row["callResultCode"] for row in rows] == [200] * 4
    assert len(lift.own_calls) == 1
