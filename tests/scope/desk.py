"""What the console adds to the town: accounts with sessions, and in each lot what only people make.

administrator   of tenant ours: sees its two communities
manager         of community Garden alone
outsider        administrator of tenant foreign
"""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from linli.databus import subscriptions
from linli.databus.models import deliveries
from linli.databus.subscription_rows import Filters
from linli.domains.access.service import doors
from linli.domains.communities.xlsx import employees as employee_book
from linli.domains.communities.xlsx import vehicles as vehicle_book
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.domains.video import workbook as camera_book
from linli.kernel import tenancy
from tests.campaigns.snapshot import snapshot
from tests.domains.communities.test_workbook import workbook
from tests.scope.box_rows import add_box
from tests.scope.certificate_rows import add_certificates
from tests.scope.claim_rows import add_claims
from tests.scope.debugging_rows import add_debugging
from tests.scope.deletion_rows import add_deletions
from tests.scope.device_rows import add_batches
from tests.scope.feature_rows import add_features
from tests.scope.firmware_rows import add_firmware
from tests.scope.gateway_rows import add_gateway
from tests.scope.organisation_rows import add_organisation
from tests.scope.service_rows import add_services
from tests.scope.town import FILE, Lot, Town

SOON_MS = int((datetime.now(UTC).timestamp() + 7200) * 1000)
PASSWORD = "correct horse battery"
LOGINS = {"administrator": "13800000001", "manager": "13800000002", "outsider": "13800000003"}


@dataclass
class Desk:
    town: Town
    folder: Path
    browsers: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    nobody: Any = None


@asynccontextmanager
async def open_desk(town: Town, folder: Path) -> AsyncIterator[Desk]:
    desk = Desk(town, folder)
    async with contextlib.AsyncExitStack() as parts:
        desk.nobody = await parts.enter_async_context(_browser(town))
        await _make_accounts(town)
        for name, login in LOGINS.items():
            browser = await parts.enter_async_context(_browser(town))
            answer = await browser.post("/session", json={"login": login, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            desk.browsers[name] = browser
        for lot in town.lots.values():
            await _furnish(desk, lot)
            await add_firmware(town.platform, lot)
            await add_features(town.platform, lot)
            client = await add_gateway(town.platform, lot, town.mqtt_port)
            parts.callback(client.loop_stop)
            await add_services(town.platform, lot)
            await add_certificates(town.platform, lot)
            await add_debugging(town.platform, lot, town.mqtt_port)
            await add_batches(town.platform, lot)
            await add_organisation(town.platform, lot)
            await add_claims(town.platform, lot)
            await add_deletions(town.platform, lot)
        for name, lot in town.lots.items():
            box = await add_box(town, lot, folder / f"box-{name}")
            if name in ("first", "second"):  # whose own ids are asked of
                await box.start()
                parts.push_async_callback(box.stop)
        yield desk


@asynccontextmanager
async def working(town: Town) -> AsyncIterator[None]:
    """Workers run as long as the block: some routes wait for what they start."""

    async def work() -> None:
        while True:
            await town.platform.worker.run_once()
            await asyncio.sleep(0.01)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await town.platform.worker.run_once()


def _browser(town: Town) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"{town.platform.objects.base_url}/api/console",
        headers={"x-linli-request": "1", "accept-language": "en"},
        trust_env=False,
        timeout=100,
    )


async def _make_accounts(town: Town) -> None:
    platform, now_ms = town.platform, town.platform.clock.now_ms()
    ours, foreign = town.lots["first"].project, town.lots["foreign"].project
    hashed = await accounts.hash_password(PASSWORD)
    grants: dict[str, dict[str, Any]] = {
        "administrator": {"role": Role.TENANT_ADMIN, "tenant_id": ours.tenant_id},
        "manager": {
            "role": Role.COMMUNITY_MANAGER,
            "tenant_id": ours.tenant_id,
            "community_id": ours.community,
        },
        "outsider": {"role": Role.TENANT_ADMIN, "tenant_id": foreign.tenant_id},
    }
    async with platform.db.begin() as tx:
        for name, grant in grants.items():
            account_id = await accounts.create_account(
                tx,
                login=LOGINS[name],
                password_hash=hashed,
                proven=True,
                name=name,
                ids=platform.ids,
                now_ms=now_ms,
            )
            await accounts.grant_role(tx, account_id=account_id, now_ms=now_ms, **grant)


async def _furnish(desk: Desk, lot: Lot) -> None:
    browser = desk.browsers["outsider" if lot is desk.town.lots["foreign"] else "administrator"]
    await _sign_in_again(desk, lot, browser)
    await _make_integration(desk.town, lot)
    await _make_imports(desk, lot, browser)
    await _make_doings(desk.town, lot)
    right = {
        "communityId": lot.community,
        "personId": lot.door_person,
        "iotIds": [lot.door],
        "endsMs": SOON_MS,
    }
    answer = await browser.post("/qr-codes", json={**right, "name": "门禁人员"})
    assert answer.is_success, answer.text
    lot.console_code_ref = answer.json()["ref"]
    for name in ("credential", "ended_credential"):
        wish = {"kind": "pin", "personId": lot.door_person, "name": "门禁人员"}
        answer = await browser.post(f"/communities/{lot.community}/credentials", json=wish)
        assert answer.is_success, answer.text
        setattr(lot, name, int(answer.json()["id"]))
    named = {"origin": "own", "ref": str(lot.ended_credential), "personId": lot.door_person}
    answer = await browser.post(f"/communities/{lot.community}/held-credentials/end", json=named)
    assert answer.is_success, answer.text


async def _sign_in_again(desk: Desk, lot: Lot, browser: httpx.AsyncClient) -> None:
    """A second session of the account; that of the lot `neighbour` is the manager's."""
    if lot is desk.town.lots["neighbour"]:
        browser = desk.browsers["manager"]
    login = next(LOGINS[name] for name, held in desk.browsers.items() if held is browser)
    known = {row["id"] for row in (await browser.get("/sessions")).json()}
    async with _browser(desk.town) as other:
        assert (await other.post("/session", json={"login": login, "password": PASSWORD})).is_success
    (lot.session,) = (
        int(row["id"]) for row in (await browser.get("/sessions")).json() if row["id"] not in known
    )


async def _make_integration(town: Town, lot: Lot) -> None:
    platform, owner = town.platform, lot.project.owner
    async with platform.db.begin() as tx:
        lot.app_key, _ = await tenancy.create_app_key(
            owner, tx, project_id=lot.project_id, ids=platform.ids, secrets=platform.secrets
        )
        for name in ("subscription", "spare_subscription"):
            number, _ = await subscriptions.create_webhook(
                owner, tx, app_key=lot.app_key, name=name, url="http://127.0.0.1:9/", filters=Filters(),
                ids=platform.ids, secrets=platform.secrets,
            )  # fmt: skip
            setattr(lot, name, number)
        lot.change = lot.record % 10**11
        given_up = {
            "tenant_id": lot.tenant, "subscription_id": lot.subscription, "change_id": lot.change,
            "state": "parked", "attempts": 12, "next_ms": 0, "reason": "refused", "updated_ms": 1,
        }  # fmt: skip
        await tx.insert(deliveries, given_up)


async def _make_imports(desk: Desk, lot: Lot, browser: httpx.AsyncClient) -> None:
    good = [(f"{lot.name}1", "01", "0101")]
    bad = [(f"{lot.name}1", "01", "0102", None, "large")]
    for name, rows, how in (("imported", good, "false"), ("tried", good, "true"), ("faulty", bad, "false")):
        file = workbook(desk.folder / "in.xlsx", rows, ()).read_bytes()
        async with working(desk.town):
            answer = await browser.post(
                f"/communities/{lot.community}/spaces/import",
                params={"dryRun": how},
                files={"file": ("a.xlsx", io.BytesIO(file))},
            )
        assert answer.is_success, answer.text
        setattr(lot, name, int(answer.json()["id"]))
    none = {
        "vehicles": vehicle_book.filled("en", []), "employees": employee_book.filled("en", []),
        "cameras": camera_book.book("en"),
    }  # fmt: skip
    one = {
        "vehicles": vehicle_book.filled("en", [("none", "", "", "", "", None)]),
        "employees": employee_book.filled("en", [("", "none", "")]),
        "cameras": camera_book.book("en", [{"device": "none", "name": "none"}]),
    }
    for kind in none:
        for name, files, how in (
            ("imported", none, "false"),
            ("tried", none, "true"),
            ("faulty", one, "true"),
        ):
            async with working(desk.town):
                answer = await browser.post(
                    f"/communities/{lot.community}/{kind}/import",
                    params={"dryRun": how},
                    files={"file": ("a.xlsx", io.BytesIO(files[kind]))},
                )
            assert answer.is_success, answer.text
            setattr(lot, f"{name}_{kind}", int(answer.json()["id"]))


async def _make_doings(town: Town, lot: Lot) -> None:
    platform, owner = town.platform, lot.project.owner
    caller = lot.project.caller
    async with platform.db.begin() as tx:
        await doors.register_door(
            owner,
            tx,
            new=doors.NewDoor(community_id=lot.community, name=f"备用门{lot.name}", iot_id=lot.spare_door),
            keys=platform.door_keys,
            now_ms=platform.clock.now_ms(),
        )
    row = {"parkingLotId": "P", "plateNumber": "浙A12345", FILE["attrName"]: lot.file_name}
    lot.file_record = int(
        await caller.ok(
            "/data/model/data/insert",
            "0.0.3",
            {"modelId": FILE["modelId"], "scopeId": lot.scope_id, "properties": row},
        )
    )
    for _ in range(2):
        event = {"code": 0, "message": "", "type": "nonsense", "content": "x", "extInfo": ""}
        lot.doors[0].link.queue_event("passEvent", event)
    url = platform.settings.database
    async with asyncio.timeout(30):
        while True:
            async with snapshot(url) as held:
                parked = await held.rows(
                    "SELECT w.seq FROM inbox_work w JOIN devices d ON d.device_no = w.device_no"
                    f" WHERE w.state = 'parked' AND d.iot_id = '{lot.door}' ORDER BY w.seq"
                )
                ((lot.delivery,),) = await held.rows(
                    f"SELECT min(id) FROM delivery_desired WHERE device = '{lot.door}' AND kind = 'door.qr'"
                )
            if len(parked) == 2:
                break
            await asyncio.sleep(0.02)
    (lot.parked,), (lot.spare_parked,) = parked


class Ask(msgspec.Struct):
    """One request to a route: values of its path, its query, and its body."""

    path: dict[str, Any] = {}
    query: dict[str, Any] = {}
    body: Any = None
    file: bytes = b""
    form: dict[str, str] = {}
    """What goes with the file."""

    async def send(self, browser: httpx.AsyncClient, method: str, template: str) -> httpx.Response:
        where = template.format(**self.path)
        more: dict[str, Any] = {"params": self.query}
        if self.file:
            more["files"] = {"file": ("a.xlsx", io.BytesIO(self.file))}
            more["data"] = self.form
        elif self.body is not None:
            more["json"] = self.body
        return await browser.request(method, where, **more)
