"""The trace of a message of the bus: each subscription that takes it, and how far it is with it."""

from linli.databus import records, replay
from linli.kernel.causes import CAUSE
from linli.things.room import Things
from tests.databus.receiver import Receiver
from tests.databus.test_console import house, hub  # noqa: F401 - fixtures
from tests.databus.test_records import DOOR_MODEL, entrance
from tests.databus.test_webhooks import until


async def test_a_trace_tells_how_far_each_subscription_is_with_the_message(house, hub):  # noqa: F811
    parts = house.parts
    parts.services["things"] = Things(parts.db, parts.clock, parts.ids, parts.secrets)

    refused = b"{"
    """What the broken endpoint cannot take: everything at first, one record later."""

    def answer(request):
        bad = "fail" in request.path and refused in request.body
        return (500, b"<broken>") if bad else 200

    async def subscribe(name, **more):
        form = {"appKey": house.app_key, "name": name, "kinds": ["data"], "models": [], **more}
        made = await house.browser.post("/subscriptions", json=form)
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    async def pushes(number):
        """By the name of the subscription."""
        hops = (await house.get("/trace", id=number))["hops"]
        return {hop["facts"]["name"]: hop for hop in hops if hop["step"] == "pushed"}

    async with Receiver(answer) as receiver:
        await subscribe("good", url=receiver.url)
        broken = await subscribe("broken", url=receiver.url.replace("/hook", "/fail"))
        stopped = await subscribe("stopped", url=receiver.url)
        await house.browser.put(f"/subscriptions/{stopped}", json={"enabled": False})
        stream = await subscribe("stream", kind="sse")
        await subscribe("others", url=receiver.url, models=["iot_park_fee"])
        cause = CAUSE.set("request-1")
        async with parts.db.begin() as tx:
            record = await records.insert_record(
                house.owner, tx, model_id=DOOR_MODEL, row=entrance(0), community_id=101
            )
        CAUSE.reset(cause)
        await receiver.wait_for(2)

        async def tried():
            found = await house.get(f"/subscriptions/{broken}/deliveries")
            return next((one for one in found["data"] if one["state"] == "waiting"), None)

        refused = str(record).encode()
        number = f"change-{(await until(tried))['changeId']}"

        async def arrived():
            hub._wake_all()  # the clock stands still, by which they would look again whether all before it is committed
            found = await pushes(number)
            return found if found["good"]["state"] == "ok" else None

        found = await until(arrived)
        assert {name: (hop["state"], hop["facts"]["fate"]) for name, hop in found.items()} == {
            "good": ("ok", "delivered"), "broken": ("waiting", "retry"), "stopped": ("skipped", "off"),
            "stream": ("waiting", "waiting"),
        }  # fmt: skip
        good, bad = found["good"], found["broken"]
        assert (good["facts"]["status"], good["facts"]["attempts"]) == (200, 1)
        assert good["facts"]["latencyMs"] >= 0
        assert good["atMs"] == parts.clock.now_ms()
        assert (bad["facts"]["status"], bad["reason"]) == (500, "The endpoint answered HTTP 500.")
        hop = (await house.get("/trace", id=number))["hops"][0]
        assert (hop["step"], hop["facts"]["ids"]) == ("record", [str(record)])

        async with parts.db.begin() as tx:
            change = int(number.removeprefix("change-"))
            await replay.confirm(house.owner, tx, subscription_id=stream, message_id=change)
        assert (await pushes(number))["stream"]["facts"]["fate"] == "delivered"

        async def given_up():
            await parts.clock.advance(3_600_000)
            await house.insert(1)  # what gets through shows that it is the message, not the endpoint
            found = await pushes(number)
            return found if found["broken"]["state"] == "failed" else None

        parked = (await until(given_up, seconds=100))["broken"]
        assert (parked["facts"]["fate"], parked["reason"]) == ("failed", "The endpoint answered HTTP 500.")
        assert parked["facts"]["attempts"] > 1
