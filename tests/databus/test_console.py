"""The console's pages of the data bus, called over HTTP: models, records, subscriptions, pushes, replay."""

from dataclasses import dataclass
from random import Random

import msgspec
import pytest

from linli.console.parts import Parts
from linli.console.sources import SERVICES
from linli.databus import records, scopes
from linli.databus.hub import Hub
from linli.databus.webhook.pump import Limits
from linli.domains.accounts import setup_code
from linli.kernel import tenancy
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings, Webhooks
from tests.console.conftest import SETUP, Browser
from tests.databus.receiver import Receiver
from tests.databus.test_records import DOOR_MODEL, entrance
from tests.databus.test_webhooks import until


@dataclass
class House:
    """A console whose administrator is signed in, with one project granted community 101."""

    parts: Parts
    browser: Browser
    owner: Scope
    app_key: str

    async def insert(self, number=0):
        async with self.parts.db.begin() as tx:
            return await records.insert_record(
                self.owner, tx, model_id=DOOR_MODEL, row=entrance(number), community_id=101
            )

    async def get(self, path, **query):
        answer = await self.browser.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def house(db, clock, ids, secrets, tmp_path):
    settings = msgspec.structs.replace(
        Settings(), data_dir=str(tmp_path), webhooks=Webhooks(allow_private=True)
    )
    parts = Parts(
        db=db, clock=clock, ids=ids, secrets=secrets, settings=settings,
        objects=ObjectStore(tmp_path / "files", b"secret", "http://linli.test", clock),
        services=dict.fromkeys(SERVICES),
    )  # fmt: skip
    async with Browser(parts) as browser:
        code = setup_code.ensure(setup_code.file_of(parts.settings))
        made = await browser.post("/setup", json={**SETUP, "code": code})
        assert made.status_code == 201, made.text
        (tenant,) = await tenancy.list_tenants(db)
        owner = Scope.system(tenant.id)
        (key,) = await tenancy.list_app_keys(owner, db)
        async with db.begin() as tx:
            await scopes.register_community(
                tx, tenant_id=tenant.id, community_id=101, scope_id="a124aaaaaaaaaaaa"
            )
            await tenancy.grant_community(owner, tx, project_id=key.project_id, community_id=101)
        yield House(parts, browser, owner, key.app_key)


@pytest.fixture
async def hub(house):
    parts = house.parts
    hub = Hub(
        parts.db,
        parts.clock,
        parts.secrets,
        limits=Limits(allow_private=True, timeout_seconds=2.0),
        rng=Random(1),
    )
    await hub.start()
    yield hub
    await hub.stop()


async def test_the_models_with_their_fields_and_how_many_records_there_are(house):
    await house.insert()
    models = await house.get("/data-models")
    door = next(one for one in models if one["modelId"] == DOOR_MODEL)
    assert (door["title"], door["version"], door["rows"]) == ("Card, password or QR pass", "1.1", 1)
    kind = next(one for one in door["fields"] if one["name"] == "type")
    assert kind["required"]
    assert {"value": "QRCODE", "text": "QR code"} in kind["values"]


async def test_records_are_searched_sorted_and_shown(house):
    ids = [await house.insert(number) for number in range(3)]
    found = await house.get("/records", modelId=DOOR_MODEL, sort="cardId", pageSize=2)
    assert found["total"] == 3
    assert [row["id"] for row in found["data"]] == [str(number) for number in ids[:2]]
    condition = '[{"fieldName":"cardId","operate":"eq","value":"C002"}]'
    (row,) = (await house.get("/records", modelId=DOOR_MODEL, conditions=condition))["data"]
    assert row["fields"]["cardId"] == "***2"
    assert (await house.get(f"/records/{ids[1]}"))["fields"]["identityId"] == "5001"
    for path, status, field in (
        ("/records?modelId=None", 400, "modelId"),
        (f"/records?modelId={DOOR_MODEL}&conditions=[{{]", 400, "conditions"),
        (f"/records?modelId={DOOR_MODEL}&sort=nothing", 400, "sort"),
        (
            f'/records?modelId={DOOR_MODEL}&conditions=[{{"fieldName":"cardId","operate":"mt","value":"C"}}]',
            400,
            "conditions[0].operate",
        ),
        ("/records/5", 404, None),
        (f"/records/{ids[0]}/files/cardId", 404, None),
    ):
        answer = await house.browser.get(path)
        assert (answer.status_code, answer.json()["field"]) == (status, field)


async def test_a_webhook_is_set_up_tested_followed_and_replayed(house, hub):
    def answer(request):
        return (500, b"<broken>") if "fail" in request.path else 200

    async with Receiver(answer) as receiver:
        form = {
            "appKey": house.app_key,
            "name": "passes",
            "url": receiver.url,
            "kinds": ["data"],
            "models": [],
        }
        made = await house.browser.post("/subscriptions", json=form)
        assert made.status_code == 201
        number, secret = made.json()["id"], made.json()["secret"]
        assert len(secret) >= 32
        assert secret not in (await house.browser.get("/subscriptions")).text
        assert (await house.browser.post(f"/subscriptions/{number}/test")).status_code == 204
        await receiver.wait_for(1)
        record = await house.insert()
        await receiver.wait_for(2)

        async def pushed():
            pushes = await house.get(f"/subscriptions/{number}/deliveries")
            return pushes["data"] if pushes["total"] == 2 else None

        newest, tested = await until(pushed)
        assert (newest["state"], newest["status"], newest["attempts"]) == ("done", 200, 1)
        assert str(record) in newest["message"]
        assert tested["kind"] == "test"
        again = f"/subscriptions/{number}/deliveries/{newest['changeId']}/replay"
        assert (await house.browser.post(again)).status_code == 204
        await receiver.wait_for(3)
        since = {"sinceMs": house.parts.clock.now_ms() - 1000}
        replayed = await house.browser.post(f"/subscriptions/{number}/replay", json=since)
        assert replayed.status_code == 204
        await receiver.wait_for(5)

        changed = {"url": receiver.url.replace("/hook", "/fail")}
        assert (await house.browser.put(f"/subscriptions/{number}", json=changed)).status_code == 204
        await house.insert()

        async def failed():
            pushes = await house.get(f"/subscriptions/{number}/deliveries")
            return next((one for one in pushes["data"] if one["state"] == "waiting"), None)

        push = await until(failed)
        assert (push["reason"], push["excerpt"]) == ("The endpoint answered HTTP 500.", "<broken>")
        (row,) = await house.get("/subscriptions")
        assert (row["kind"], row["parked"]) == ("webhook", 0)
        assert row["waiting"] >= 1
        assert row["failingSinceMs"] is not None
        assert row["lastDeliveredMs"] is not None
        stop = await house.browser.put(f"/subscriptions/{number}", json={"enabled": False})
        assert stop.status_code == 204
        assert not (await house.get("/subscriptions"))[0]["enabled"]
        assert (await house.browser.delete(f"/subscriptions/{number}")).status_code == 204
        assert await house.get("/subscriptions") == []


@pytest.mark.parametrize(
    "changed, status, field",
    [
        ({"url": "ftp://x"}, 400, "url"),
        ({"url": "http://169.254.169.254/latest"}, 400, "url"),
        ({"url": "http://nobody.invalid/"}, 400, "url"),
        ({"name": ""}, 400, "name"),
        ({"kinds": ["weather"]}, 400, "kinds[0]"),
        ({"appKey": "99999999"}, 404, None),
        ({"secret": "short"}, 400, "secret"),
    ],
)
async def test_a_bad_webhook_is_refused_naming_the_field(house, changed, status, field):
    form = {"appKey": house.app_key, "name": "hook", "url": "http://127.0.0.1:9/", **changed}
    answer = await house.browser.post("/subscriptions", json=form)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert await house.get("/subscriptions") == []


async def test_private_addresses_are_refused_at_set_up_unless_the_operator_allows_them(house, monkeypatch):
    strict = msgspec.structs.replace(house.parts.settings, webhooks=Webhooks(allow_private=False))
    parts = Parts(**{**vars(house.parts), "settings": strict})
    async with Browser(parts) as browser:
        assert (await browser.sign_in()).status_code in (200, 201, 204)
        for url in ("http://127.0.0.1:9/", "http://localhost/", "http://10.0.0.5/", "http://[::1]/"):
            form = {"appKey": house.app_key, "name": "hook", "url": url}
            answer = await browser.post("/subscriptions", json=form)
            assert (answer.status_code, answer.json()["field"]) == (400, "url")
            assert "private" in answer.json()["message"]


async def test_nobody_and_strangers_see_nothing(house, ours, ids, secrets):
    await house.insert()
    async with Browser(house.parts) as nobody:
        for path in ("/data-models", f"/records?modelId={DOOR_MODEL}", "/subscriptions"):
            assert (await nobody.get(path)).status_code == 401
    async with house.parts.db.begin() as tx:
        foreign = await records.insert_record(
            ours.owner, tx, model_id=DOOR_MODEL, row=entrance(), community_id=102
        )
    assert (await house.browser.get(f"/records/{foreign}")).status_code == 404
    assert (await house.get("/records", modelId=DOOR_MODEL))["total"] == 1
    form = {"appKey": ours.app_key, "name": "x", "url": "http://127.0.0.1:9/"}
    assert (await house.browser.post("/subscriptions", json=form)).status_code == 404
    for path in ("test", "deliveries/1/replay"):
        assert (await house.browser.post(f"/subscriptions/77/{path}")).status_code == 404
