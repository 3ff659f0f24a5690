"""The sample app's traffic is real: signed calls over HTTP, records at its webhook."""

import pytest

from linli.databus import subscription_rows
from linli.demo import town
from linli.demo.integrator import NAME, Integrator
from linli.demo.wallet import Wallet
from tests.demo.conftest import Sample, until


async def test_the_sample_app_calls_and_takes_what_happens(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.demo.integrator._PAUSE_S", (0.01, 0.02))
    platform, site = sample.platform, sample.site
    integrator = Integrator(platform, site, port=sample.demo.settings.http.port)
    await integrator.start()
    try:

        async def called() -> bool:
            return integrator.calls >= 5

        await until(called, 60)
        there = await town.look(platform, site)
        resident = next(person for person in there.people if person.codes)
        (code,) = resident.codes
        text = await Wallet(platform, site).picture(resident.identity_id, code)
        assert sample.fleet.doors[there.unit_door(resident)].scan(text).opens

        async def taken() -> bool:
            return integrator.taken >= 1

        await until(taken, 60)
        (row,) = [
            row
            for row in await subscription_rows.list_subscriptions(site.tenant, platform.db)
            if row.name == NAME
        ]
    finally:
        await integrator.stop()
    again = Integrator(platform, site, port=sample.demo.settings.http.port)
    await again.start()  # another port: the same subscription
    try:
        (later,) = [
            row
            for row in await subscription_rows.list_subscriptions(site.tenant, platform.db)
            if row.name == NAME
        ]
        assert later.id == row.id
        assert later.url != row.url
    finally:
        await again.stop()
