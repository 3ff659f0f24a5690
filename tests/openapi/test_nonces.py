"""A signed request is answered once: in this process, after a restart, and by another process."""

import pytest
from sqlalchemy import func, select

from linli.kernel.clock import ManualClock
from linli.kernel.db import Query
from linli.openapi.models import nonce_batches, nonces
from tests.openapi.house import Partner, Platform, refusal


@pytest.mark.parametrize("path", ["/sample/read", "/sample/write"])
async def test_replayed_nonce(partner: Partner, platform: Platform, path: str) -> None:
    body = partner.body("1.0.0", {"name": "n"})
    headers = partner.headers(path, body)
    assert (await partner.send(path, body, headers)).json()["code"] == 200
    used = (403, "S403NU", "Nonce Used")
    assert refusal(await partner.send(path, body, headers)) == used
    # Another request under the same nonce is refused too, and so is a replay after a restart.
    other = partner.body("1.0.0", {"name": "m"})
    again = partner.headers(path, other, x_ca_nonce=headers["x-ca-nonce"])
    assert refusal(await partner.send(path, other, again)) == used
    await platform.restart()
    assert refusal(await partner.send(path, body, headers)) == used
    # Another app key may use the same nonce.
    third = await platform.new_partner("third")
    assert (await third.send(path, body, third.headers(path, body, x_ca_nonce=headers["x-ca-nonce"]))).json()[
        "code"
    ] == 200


async def test_a_written_calls_nonce_survives_a_kill(partner: Partner, platform: Platform) -> None:
    body = partner.body("1.0.0", {"name": "n"})
    headers = partner.headers("/sample/write", body)
    assert (await partner.send("/sample/write", body, headers)).json()["code"] == 200
    await platform.restart(in_order=False)
    assert refusal(await partner.send("/sample/write", body, headers)) == (403, "S403NU", "Nonce Used")


async def test_another_process_has_seen_the_nonce(partner: Partner, platform: Platform) -> None:
    second = Platform(
        platform.db, platform.clock, platform.ids, platform.secrets, platform.settings, platform.targets,
        platform.methods,
    )  # fmt: skip
    await second.start()
    try:
        body = partner.body("1.0.0", {"name": "n"})
        headers = partner.headers("/sample/write", body)
        assert (await partner.send("/sample/write", body, headers)).json()["code"] == 200
        partner.platform = second
        assert refusal(await partner.send("/sample/write", body, headers)) == (403, "S403NU", "Nonce Used")
    finally:
        await second.stop()


async def test_old_nonces_are_forgotten(partner: Partner, platform: Platform, clock: ManualClock) -> None:
    written = Query(select(func.count()).select_from(nonces))
    batches = Query(select(func.count()).select_from(nonce_batches))

    async def rows() -> tuple[int, int]:
        return await written.scalar(platform.db), await batches.scalar(platform.db)

    for path in ("/sample/read", "/sample/write"):
        await partner.call(path, "1.0.0", {"name": "n"})
    await platform.api.journal.flush()
    assert await rows() == (1, 1)
    await platform.api.journal.purge()
    await clock.advance(31 * 60_000)
    await platform.api.journal.purge()
    assert await rows() == (1, 1)
    await clock.advance(31 * 60_000)
    await partner.call("/sample/read", "1.0.0")
    await platform.api.journal.flush()
    await platform.api.journal.purge()
    assert await rows() == (0, 1)
    assert len(platform.api._memory) == 1  # the memory forgets in generations of ten minutes


@pytest.mark.parametrize("path", ["/sample/read", "/sample/write"])
@pytest.mark.parametrize("restarted", ["", "ahead", "back"])
async def test_a_clock_set_ahead_for_a_moment_opens_no_replay(
    partner: Partner, platform: Platform, clock: ManualClock, path: str, restarted: str
) -> None:
    for _ in range(4):  # the process has looked at its nonces for long
        await platform.api.journal.purge()
        await clock.advance(11 * 60_000)
    body = partner.body("1.0.0", {"name": "n"})
    headers = partner.headers(path, body)
    assert (await partner.send(path, body, headers)).json()["code"] == 200
    await platform.api.journal.flush()

    clock.jump(2 * 3_600_000)
    if restarted == "ahead":
        await platform.restart()
    for _ in range(6):
        await partner.call("/sample/read", "1.0.0")
        await platform.api.journal.purge()
        await clock.advance(1_000)
    clock.jump(-2 * 3_600_000)
    if restarted == "back":
        await platform.restart()
    for _ in range(3):
        assert refusal(await partner.send(path, body, headers)) == (403, "S403NU", "Nonce Used")
        await platform.api.journal.purge()
        await clock.advance(2 * 60_000)


async def test_what_was_signed_ahead_of_a_clock_set_back_is_known_when_its_time_comes(
    partner: Partner, platform: Platform, clock: ManualClock
) -> None:
    body = partner.body("1.0.0", {"name": "n"})
    headers = partner.headers("/sample/write", body)
    assert (await partner.send("/sample/write", body, headers)).json()["code"] == 200
    clock.jump(-2 * 3_600_000)
    for _ in range(11):
        await partner.call("/sample/read", "1.0.0")
        await platform.api.journal.purge()
        await clock.advance(10 * 60_000)
    assert clock.now_ms() < int(headers["x-ca-timestamp"])
    assert refusal(await partner.send("/sample/write", body, headers)) == (403, "S403NU", "Nonce Used")


async def test_an_undone_call_cannot_be_played_against_another_process(
    partner: Partner, platform: Platform
) -> None:
    second = Platform(
        platform.db, platform.clock, platform.ids, platform.secrets, platform.settings, platform.targets,
        platform.methods,
    )  # fmt: skip
    await second.start()
    try:
        body = partner.body("1.0.0", {"name": "taken"})
        headers = partner.headers("/sample/write", body)
        assert (await partner.send("/sample/write", body, headers)).json()["code"] == 460
        await platform.api.journal.flush()
        partner.platform = second
        assert refusal(await partner.send("/sample/write", body, headers)) == (403, "S403NU", "Nonce Used")
    finally:
        await second.stop()
