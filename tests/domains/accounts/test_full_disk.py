"""With a full disk one still signs in with a password, and what was ended does not come back."""

from dataclasses import replace

import pytest

from linli.domains.accounts.cookies import COOKIE
from linli.domains.accounts.service import spare_sessions, throttle
from linli.domains.accounts.service.spare_sessions import SpareSessions
from linli.domains.people.service import accounts, ownership
from linli.kernel.disk import DiskFull, DiskGuard
from tests.console.conftest import SETUP, Browser

MINUTE_MS = 60_000


class Disk:
    """`short`: only the reserve is left. `full`: not even that."""

    def __init__(self, parts, tmp_path):
        self._db = parts.db
        self._short = DiskGuard(tmp_path, 1, parts.clock, lambda _: 0)

    def short(self):
        self._db.guard = self._short

    def full(self):
        def refuse():
            raise DiskFull

        self._db.guard = refuse

    def room(self):
        self._db.guard = None


@pytest.fixture
def disk(parts, tmp_path, administrator):
    disk = Disk(parts, tmp_path)
    yield disk
    disk.room()


@pytest.fixture
async def operator(parts):
    async with Browser(parts, address="203.0.113.5") as browser:
        yield browser


@pytest.mark.parametrize("state", ["short", "full"])
async def test_an_operator_comes_in_reads_and_leaves(disk, operator, state):
    getattr(disk, state)()
    assert (await operator.sign_in()).status_code == 200
    token = operator.cookies[COOKIE]
    assert (await operator.get("/session")).json()["operator"] is True
    (own,) = [row for row in (await operator.get("/sessions")).json() if row["current"]]
    assert own["address"] == "203.0.113.5"
    refused = await operator.post(
        "/organisation/persons", json={"persons": [{"name": "孙", "phone": "13866660002"}]}
    )
    assert (refused.status_code, refused.json()["code"]) == (503, "disk_full")
    assert (await operator.delete("/session")).status_code == 204
    for then in (getattr(disk, state), disk.room):
        then()
        operator.cookies.set(COOKIE, token, path="/")
        assert (await operator.get("/session")).status_code == 401


async def test_who_is_signed_in_reads_on(disk, administrator, clock):
    disk.short()
    for _ in range(5):
        await clock.advance(10 * MINUTE_MS)
        assert (await administrator.get("/session")).status_code == 200


@pytest.mark.parametrize("state", ["short", "full"])
async def test_guessing_is_as_dear_as_ever(disk, parts, operator, state):
    getattr(disk, state)()
    for _ in range(throttle.ACCOUNT_FREE):
        assert (await operator.sign_in(password="wrong password")).status_code == 401
    assert (await operator.sign_in()).status_code == 429
    disk.room()
    assert (await operator.sign_in()).status_code == 429, "and is not forgotten with the full disk"
    disk.full()
    for n in range(throttle.STRANGERS_FREE):
        async with Browser(parts, address=f"198.51.100.{n}") as stranger:
            heard = (await stranger.sign_in(password="wrong password")).status_code
            assert heard == (401 if n < throttle.STRANGERS_FREE - throttle.ACCOUNT_FREE else 429)


async def test_a_session_kept_in_memory_ends_with_the_trouble(disk, operator, clock):
    disk.full()
    assert (await operator.sign_in()).status_code == 200
    disk.room()
    assert (await operator.get("/session")).status_code == 200
    await clock.advance(MINUTE_MS)
    assert (await operator.get("/session")).status_code == 401
    disk.full()
    assert (await operator.get("/session")).status_code == 401
    assert (await operator.sign_in()).status_code == 200


async def test_it_ends_after_half_an_hour_however_much_it_is_used(disk, operator, clock):
    disk.full()
    assert (await operator.sign_in()).status_code == 200
    for _ in range(spare_sessions.LIVES_MS // MINUTE_MS - 1):
        await clock.advance(MINUTE_MS)
        assert (await operator.get("/session")).status_code == 200
    await clock.advance(MINUTE_MS)
    assert (await operator.get("/session")).status_code == 401


async def test_it_ends_with_the_process_and_with_the_log_in(disk, parts, operator):
    disk.full()
    assert (await operator.sign_in()).status_code == 200
    async with Browser(replace(parts, spare=SpareSessions())) as restarted:
        restarted.cookies.update(operator.cookies)
        assert (await restarted.get("/session")).status_code == 401
    disk.room()
    account = await accounts.find_account(parts.db, SETUP["login"])
    async with parts.db.begin() as tx:
        await ownership.void(tx, account_id=account.id, now_ms=parts.clock.now_ms())
    disk.full()
    assert (await operator.get("/session")).status_code == 401


async def test_others_kept_in_memory_are_ended_too(disk, parts, operator):
    disk.full()
    assert (await operator.sign_in()).status_code == 200
    async with Browser(parts, address="203.0.113.6") as other:
        assert (await other.sign_in()).status_code == 200
        rows = (await operator.get("/sessions")).json()
        (foreign,) = [row for row in rows if row["address"] == "203.0.113.6"]
        assert (await operator.delete(f"/sessions/{foreign['id']}")).status_code == 204
        assert (await other.get("/session")).status_code == 401


async def test_an_operator_may_delete_to_make_room(disk, parts, administrator):
    made = await administrator.post("/organisation/invitations", json={"days": 1})
    disk.short()
    assert (await administrator.post("/organisation/invitations", json={"days": 1})).status_code == 503
    assert (await administrator.delete(f"/organisation/invitations/{made.json()['id']}")).status_code == 204
    assert (await administrator.post("/organisation/invitations", json={"days": 1})).status_code == 503
