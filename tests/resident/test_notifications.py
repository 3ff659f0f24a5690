"""News on residents' phones: subscribed over HTTP, pushed by a worker, read with the browser's own keys."""

import datetime as dt
from dataclasses import dataclass

import msgspec
import pytest

from linli.console.parts import Parts
from linli.domains.access.events import DoorAlarmed, DoorAttacked
from linli.domains.accounts.service import sessions
from linli.domains.notices import service as notices
from linli.domains.notices.schemas import Content, Publication
from linli.domains.notifications.room import NotificationsRoom
from linli.domains.people.service import codes, messages, sms_outbox
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.domains.visitors.schemas import Guest
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay
from linli.kernel import outbox
from linli.kernel.events import emit
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.settings import Webhooks
from tests.console.conftest import Browser
from tests.databus.receiver import Receiver
from tests.resident.conftest import NEIGHBOUR_PHONE, STAFF_PHONE, Village
from tests.resident.push_service import PushedTo, sender_of

HOUR_MS = 3_600_000


@dataclass
class Post:
    """A worker that sends what waits, by hand."""

    parts: Parts
    worker: Worker

    async def send(self) -> None:
        """Until nothing is due: news become messages, messages go out."""
        while await self.worker.run_once():
            pass

    async def texts(self) -> list[tuple[str, str]]:
        rows = await sms_outbox.waiting(self.parts.db, secrets=self.parts.secrets)
        return [(row.phone, text) for row, text in rows]


@pytest.fixture
def parts(parts: Parts) -> Parts:
    settings = msgspec.structs.replace(
        parts.settings, webhooks=Webhooks(allow_private=True, timeout_seconds=2)
    )
    object.__setattr__(parts, "settings", settings)
    return parts


@pytest.fixture
def post(parts: Parts) -> Post:
    async def signed_in(db, session_id):
        return await sessions.is_living(db, session_id, now_ms=parts.clock.now_ms())

    jobs, sms = Jobs(), OutboxSms(parts.db, parts.secrets, parts.ids)
    NotificationsRoom(parts.db, parts.secrets, parts.settings, signed_in=signed_in).register(jobs)
    codes.register(jobs, sms, parts.secrets, parts.clock)
    messages.register(jobs, sms, parts.clock)
    return Post(parts, Worker(parts.db, parts.clock, jobs))


@pytest.fixture
async def service():
    async with Receiver(lambda _: 201) as running:
        yield running


async def publish(
    parts: Parts, village: Village, title: str, spaces: list[int] | None = None, channels: int = 1
) -> int:
    content = Content(
        title=title,
        publications=[Publication("全文")],
        type=1,
        publish_type=channels,
        is_top=0,
        space_ids=spaces or [],
    )
    scope, now_ms = village.here.tenant, parts.clock.now_ms()
    async with parts.db.begin() as tx:
        made = await notices.draft(scope, tx, community_id=village.community, content=content, now_ms=now_ms)
        await notices.publish(scope, tx, notice_id=made, now_ms=now_ms)
    return made


async def arrive(parts: Parts, village: Village, apply_id: str) -> None:
    async with parts.db.begin() as tx:
        await visits.check_in(village.here.tenant, tx, apply_id=int(apply_id), now_ms=parts.clock.now_ms())


async def test_news_reaches_the_phones_that_it_is_for(
    parts, post, service, village, owner, tenant, neighbour
):
    phones = {name: PushedTo(service, name) for name in ("owner", "tenant", "neighbour")}
    for phone, name in ((owner, "owner"), (tenant, "tenant"), (neighbour, "neighbour")):
        assert (await phone.post("/push/subscription", json=phones[name].json)).status_code == 204
    key = (await owner.get("/push/key")).json()["key"]
    assert (await tenant.get("/push/key")).json()["key"] == key
    await publish(parts, village, "停水通知")
    other = await publish(parts, village, "只给503", [village.other_house])
    unit = await publish(parts, village, "电梯保养", [village.unit])
    spoken = await publish(parts, village, "只在音箱播报", channels=4)
    await post.send()
    titles = ["停水通知", "电梯保养"]
    assert [one["body"] for one in phones["owner"].told] == titles
    assert [one["body"] for one in phones["tenant"].told] == titles
    assert phones["neighbour"].told == []
    last = phones["owner"].told[-1]
    assert last == {
        "title": village.here.community.name, "body": "电梯保养", "path": f"notices/{unit}", "tag": f"notice:{unit}",
    }  # fmt: skip
    assert f"notices/{other}" not in str(phones["owner"].told)
    at = f"/communities/{village.community}/notices"
    assert [row["title"] for row in (await owner.get(at)).json()["data"]] == titles[::-1]
    assert (await owner.get(f"{at}/{spoken}")).status_code == 404

    seen = phones["owner"].raw[0]
    public, claims = sender_of(seen)
    assert public == key
    assert claims["aud"] == f"http://127.0.0.1:{service.port}"
    now_s = parts.clock.now_ms() // 1000
    assert now_s < claims["exp"] <= now_s + 24 * 3600
    assert claims["sub"].startswith(("mailto:", "https:"))
    assert (seen.headers["urgency"], int(seen.headers["ttl"])) == ("low", 3 * 24 * 3600)
    assert (seen.headers["content-encoding"], len(seen.headers["topic"])) == ("aes128gcm", 32)
    assert "停水通知".encode() not in seen.body

    # Off for good: the phone is not pushed to any more, the other is.
    gone = await owner.post("/push/subscription/drop", json={"endpoint": phones["owner"].endpoint})
    assert gone.status_code == 204
    await publish(parts, village, "第三条")
    await post.send()
    assert (len(phones["owner"].raw), len(phones["tenant"].raw)) == (2, 3)


async def test_choices_and_quiet_hours(parts, post, service, village, clock, owner):
    phone = PushedTo(service, "owner")
    await owner.post("/push/subscription", json=phone.json)
    shown = (await owner.get("/push/settings")).json()
    usual = {row["kind"]: (row["push"], row["sms"]) for row in shown["kinds"]}
    assert usual["notice_published"] == usual["visitor_arrived"] == (True, False)
    assert (shown["quietFrom"], shown["quietTo"], shown["browsers"], shown["sms"]) == (None, None, 1, True)

    await clock.advance(_until(clock, 23))
    chosen = {
        "kinds": [{"kind": "review_decided", "push": False, "sms": True}],
        "quietFrom": 22 * 60, "quietTo": 7 * 60,
    }  # fmt: skip
    kept = (await owner.put("/push/settings", json=chosen)).json()
    assert (kept["quietFrom"], kept["quietTo"]) == (1320, 420)
    invite = {
        "houseId": village.house, "name": "夜客", "phone": "13900001111", "startsMs": clock.now_ms(),
        "endsMs": clock.now_ms() + HOUR_MS,
    }  # fmt: skip
    made = (await owner.post(f"/communities/{village.community}/visits", json=invite)).json()
    await arrive(parts, village, made["id"])
    await publish(parts, village, "夜里发的")
    await post.send()
    assert phone.told == [], "quiet hours"
    await clock.advance(8 * HOUR_MS)
    await post.send()
    assert [one["body"] for one in phone.told] == ["夜里发的"], (
        "a visitor of last night is no news in the morning"
    )

    bad = [
        ({"kinds": [{"kind": "nothing", "push": True, "sms": False}]}, "kinds"),
        ({"kinds": [], "quietFrom": 60}, "quietTo"),
        ({"kinds": [], "quietFrom": 60, "quietTo": 60}, "quietTo"),
        ({"kinds": [], "quietFrom": -1, "quietTo": 60}, "quietFrom"),
    ]
    for change, field in bad:
        answer = await owner.put("/push/settings", json=change)
        assert (answer.status_code, answer.json()["field"]) == (400, field), change


def _until(clock, hour: int) -> int:
    """Milliseconds to the next full hour in the community's zone."""
    now = dt.datetime.fromtimestamp(clock.now_ms() / 1000, dt.UTC).astimezone(
        dt.timezone(dt.timedelta(hours=8))
    )
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return int(((then - now) % dt.timedelta(days=1)).total_seconds() * 1000)


async def test_a_visitor_who_comes_and_one_who_asks(parts, post, service, village, clock, owner, tenant):
    phones = {"owner": PushedTo(service, "owner"), "tenant": PushedTo(service, "tenant")}
    await owner.post("/push/subscription", json=phones["owner"].json)
    await tenant.post("/push/subscription", json=phones["tenant"].json)
    now_ms = clock.now_ms()
    invite = {"houseId": village.house, "name": "来访客", "startsMs": now_ms, "endsMs": now_ms + HOUR_MS}
    made = (await owner.post(f"/communities/{village.community}/visits", json=invite)).json()
    await post.send()
    assert service.received == []
    await arrive(parts, village, made["id"])
    await post.send()
    (told,) = phones["owner"].told
    assert (told["title"], told["path"]) == ("来访客 has arrived", "visitors")
    assert phones["tenant"].told == [], "who did not invite"
    async with parts.db.begin() as tx:
        await visits.ask(
            village.here.tenant,
            tx,
            Stay(
                community_id=village.community,
                house_id=village.house,
                reason="送货",
                starts_ms=now_ms,
                ends_ms=now_ms + HOUR_MS,
            ),
            guest=Guest(name="门口的人", phone="13900002222"),
            host_name="王",
            ids=parts.ids,
            now_ms=now_ms,
        )
    await post.send()
    for phone in phones.values():
        assert "门口的人" in phone.told[-1]["body"]
        assert phone.raw[-1].headers["urgency"] == "high"


async def test_what_push_services_answer(parts, post, service, village, clock, owner):
    phone = PushedTo(service, "owner")
    await owner.post("/push/subscription", json=phone.json)
    answers = [503, 429, 201]
    service.answer = lambda _: answers.pop(0)
    assert (await owner.post("/push/trial")).json() == {"browsers": 1}
    await post.send()
    assert len(phone.raw) == 1
    await post.send()
    assert len(phone.raw) == 1, "not before its time"
    for wait, tries in ((5_000, 2), (30_000, 3)):
        await clock.advance(wait)
        await post.send()
        assert len(phone.raw) == tries
    assert phone.told[0]["title"] == phone.told[2]["title"] == "Notifications work"
    assert (await owner.get("/push/settings")).json()["browsers"] == 1
    await clock.advance(HOUR_MS)
    await post.send()
    assert len(phone.raw) == 3, "sent once it was taken"

    service.answer = lambda _: 500
    await owner.post("/push/trial")
    for _ in range(12):
        await post.send()
        await clock.advance(5 * 60_000)
    assert (await outbox.counts(parts.db)).get("parked", 0) == 0, "news that nobody took is forgotten"

    for status in (404, 410, 403):
        service.answer = lambda _, status=status: status
        await owner.post("/push/subscription", json=phone.json)
        await owner.post("/push/trial")
        await post.send()
        assert (await owner.get("/push/settings")).json()["browsers"] == 0, status
    service.answer = lambda _: 413
    await owner.post("/push/subscription", json=phone.json)
    before = len(phone.raw)
    await owner.post("/push/trial")
    for _ in range(2):
        await post.send()
        await clock.advance(60_000)
    assert len(phone.raw) == before + 1


async def test_nothing_goes_to_a_phone_that_is_signed_out(parts, post, service, village, owner):
    phone = PushedTo(service, "owner")
    await owner.post("/push/subscription", json=phone.json)
    assert (await owner.delete("/session")).status_code == 204
    await publish(parts, village, "停水通知")
    await post.send()
    assert phone.raw == []
    # Somebody else signs in on the same phone: its messages are theirs from now on.
    await owner.sign_in(NEIGHBOUR_PHONE)
    assert (await owner.get("/push/settings")).json()["browsers"] == 0
    await owner.post("/push/subscription", json=phone.json)
    await publish(parts, village, "还在停水")
    await post.send()
    assert phone.raw == []
    assert (await owner.get("/push/settings")).json()["browsers"] == 1


async def test_what_is_no_subscription_is_refused(parts, service, owner):
    good = PushedTo(service, "owner").json
    bad = [
        ({**good, "endpoint": "ftp://push.example/x"}, "endpoint"),
        ({**good, "endpoint": "http://169.254.169.254/x"}, "endpoint"),
        ({**good, "keys": {"p256dh": "AAAA", "auth": good["keys"]["auth"]}}, "keys"),
        ({**good, "keys": {"p256dh": good["keys"]["p256dh"], "auth": "AA"}}, "keys"),
    ]
    settings = parts.settings
    for body, field in bad:
        answer = await owner.post("/push/subscription", json=body)
        assert (answer.status_code, answer.json()["field"]) == (400, field), body
    object.__setattr__(parts, "settings", msgspec.structs.replace(settings, webhooks=Webhooks()))
    answer = await owner.post("/push/subscription", json=good)
    assert (answer.status_code, answer.json()["field"]) == (400, "endpoint"), "the platform's own network"
    assert (await owner.get("/push/settings")).json()["browsers"] == 0
    for number in range(25):
        object.__setattr__(parts, "settings", settings)
        await owner.post("/push/subscription", json=PushedTo(service, f"n{number}").json)
    assert (await owner.get("/push/settings")).json()["browsers"] == 20


async def test_staff_hear_of_what_waits_and_residents_how_it_went(
    parts, post, service, village, owner, tenant, newcomer, staff
):
    desk, phone = PushedTo(service, "desk"), PushedTo(service, "newcomer")
    async with Browser(parts) as browser:
        entered = await browser.post(
            "/session", json={"login": STAFF_PHONE, "password": "correct horse battery"}
        )
        assert entered.status_code == 200
        await browser.post("/push/subscription", json=desk.json)
        await newcomer.post("/push/subscription", json=phone.json)
        house = f"/communities/{village.community}/houses/{village.other_house}/certification"
        asked = await newcomer.post(house, json={"name": "新人", "type": 1})
        assert asked.status_code == 204, asked.text
        await post.send()
        (told,) = desk.told
        assert told["path"].startswith(f"reviews/{village.other_house}/")
        person = told["path"].rpartition("/")[2]
        base = f"/communities/{village.community}/residents/{person}"
        refused = await browser.post(
            f"{base}/reject", json={"houseId": village.other_house, "comment": "请补充房产证"}
        )
        assert refused.status_code in (200, 201, 204), refused.text
        await post.send()
        (told,) = phone.told
        assert "请补充房产证" in told["body"]
        assert (await browser.post("/push/trial")).json() == {"browsers": 1}
        off = {"kinds": [{"kind": "review_waiting", "push": False, "sms": True}]}
        assert (await browser.put("/push/settings", json=off)).status_code == 200
        again = await newcomer.put(
            f"/houses/{village.other_house}/certification", json={"name": "新人", "type": 1}
        )
        assert again.status_code in (200, 204), again.text
        await post.send()
        assert [one["title"] for one in desk.told][1:] == ["Notifications work"]
        assert any(
            number == STAFF_PHONE and village.here.community.name in text
            for number, text in await post.texts()
        )
        dropped = await browser.post("/push/subscription/drop", json={"endpoint": desk.endpoint})
        assert dropped.status_code == 204
        assert (await browser.get("/push/settings")).json()["browsers"] == 0


@pytest.mark.parametrize(("what", "said"), [("guessing", "17 wrong PINs"), ("forged", "10.249.8.77")])
async def test_staff_hear_of_an_attack_on_a_door(parts, post, service, village, staff, what, said):
    desk = PushedTo(service, "desk")
    async with Browser(parts) as browser:
        entered = await browser.post(
            "/session", json={"login": STAFF_PHONE, "password": "correct horse battery"}
        )
        assert entered.status_code == 200
        await browser.post("/push/subscription", json=desk.json)
        event = DoorAttacked(
            tenant_id=village.here.community.tenant_id, community_id=village.community, iot_id="d1",
            door_name="East gate", what=what, at_ms=1, count=17, peer="10.249.8.77",
        )  # fmt: skip
        for _ in range(2):
            async with parts.db.begin() as tx:
                await emit(tx, event)
        await post.send()
        assert len({one["tag"] for one in desk.told}) == 1, "a later one takes the place of the first"
        assert said in desk.told[0]["body"]
        assert "East gate" in desk.told[0]["body"]


async def test_staff_hear_of_an_alarm_once_and_of_an_old_one_not_at_all(parts, post, service, village, staff):
    desk = PushedTo(service, "desk")
    async with Browser(parts) as browser:
        await browser.post("/session", json={"login": STAFF_PHONE, "password": "correct horse battery"})
        await browser.post("/push/subscription", json=desk.json)
        now = parts.clock.now_ms()

        async def alarm(kind: str, at_ms: int, *, new: bool = True, degrees: float | None = None) -> None:
            event = DoorAlarmed(
                alarm_id=1, tenant_id=village.here.community.tenant_id, community_id=village.community, iot_id="d1",
                door_name="East gate", kind=kind, temperature=degrees, times=1, raised_ms=at_ms, last_ms=at_ms,
                over_ms=None if new else now, new=new,
            )  # fmt: skip
            async with parts.db.begin() as tx:
                await emit(tx, event)

        await alarm("forced", now)
        await alarm("forced", now, new=False)
        await alarm("held", now - 2 * 3_600_000)
        await alarm("fever", now, degrees=38.4)
        await alarm("fever", now)
        await alarm("view_covered", now - 2 * 3_600_000)  # a camera is still to be mended tomorrow
        await alarm("view_covered", now, new=False)
        await post.send()
    assert [one["title"] for one in desk.told] == [
        "A door was forced", "Somebody was kept out for a fever", "A temperature could not be measured",
        "A camera is covered",
    ]  # fmt: skip
    assert all("East gate" in one["body"] for one in desk.told)
    assert "38.4 °C" in desk.told[1]["body"]
