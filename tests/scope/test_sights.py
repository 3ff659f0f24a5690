"""What comes back: every route, method, stream and page asked by everybody, and looked through for what they may not see.

One town for all, with a canary of each kind in each lot. First it is read, then what needs no session is tried, then
strangers try to change it, and last its own people do.
"""

import asyncio
import inspect
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from linli.app import rooms
from linli.databus import topics
from linli.domains.people.rights import ANY_RIGHT
from linli.domains.people.rights_tree import ALL
from tests.databus.consumer import Consumer
from tests.resident.test_scope import ROUTES as RESIDENT_ROUTES
from tests.scope import outside_walk, resident_walk, stream_walk
from tests.scope.canaries import Overheard, overheard, plant
from tests.scope.desk import Ask, open_desk, working
from tests.scope.looking import SIGNED_IN, Looking, asks, send
from tests.scope.open_to_all import CONSOLE_PUBLIC, DEVICE_HTTP, RESIDENT_PUBLIC
from tests.scope.recipes import RECIPES as METHODS
from tests.scope.routes import RECIPES, WITHOUT_IDS
from tests.scope.sight_callers import ROLES, Callers, callers_of
from tests.scope.sights import KNOWN_LEAKS, ON_TOP, OUTSIDE, RESIDENTS, SIGHTS
from tests.scope.test_routes import ROUTES
from tests.scope.town import Town, running_town

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("sights"), pytest.mark.timeout(240),
]  # fmt: skip
READS = sorted(name for name in ROUTES if name.startswith("GET ") and name != "GET /live")
WRITES = [
    *(name for name in RECIPES if not name.startswith("GET ")),
    *sorted(
        name for name in ROUTES.keys() - RECIPES.keys() - WITHOUT_IDS.keys() if not name.startswith("GET ")
    ),
]
"""In the order of the recipes: what takes away comes last. Those of operators have none: nobody else may come near."""
SPECS = {(spec.path, spec.version): spec for spec in rooms.registry()}
EVERYBODY = ("nobody", "resident", *ROLES, "administrator", "manager", "outsider")
CLOSED = b'{"ended":"ticket"}\x88'
"""What a tunnel says to a ticket that it does not know, before the last frame of the WebSocket."""
FRAGMENTS = ("Zora", "ZORA", "2718", "浙Z1")
"""What many canaries have in them: a search for one finds whatever it looks in."""


@dataclass
class Sights:
    callers: Callers
    looking: Looking
    heard: list[Overheard]
    walked: set[str]

    @property
    def town(self) -> Town:
        return self.looking.town


@pytest.fixture(scope="module")
def town_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What an answer shows does not depend on the engine."""
    file = tmp_path_factory.mktemp("town") / "linli.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sights(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sights]:
    with overheard() as heard:
        async with (
            running_town(town_url, tmp_path_factory.mktemp("data")) as town,
            open_desk(town, tmp_path_factory.mktemp("desk")) as desk,
        ):
            found = await plant(desk, heard)
            stream_walk.plant_live(found, town)
            platform = town.platform
            await platform.databus.start()
            await platform.reconciler.start()
            try:
                async with callers_of(desk, found) as callers, working(town):
                    await delivered(town)
                    yield Sights(callers, Looking(town, found), heard, set())
            finally:
                await platform.reconciler.stop()
                await platform.databus.stop()


async def delivered(town: Town) -> None:
    """Until doors hold what was planted: what they were sent stands in messages, deliveries and files from then on."""
    async with asyncio.timeout(30):
        for lot in town.lots.values():
            held = lot.doors[0].permissions
            while f"ZORACARD{lot.name}" not in held.cards or not held.passwords:
                await asyncio.sleep(0.05)


def right_of(route: str) -> str:
    return str(ROUTES[route].opt["right"])


@pytest.mark.parametrize("right", sorted(ALL))
async def test_reads_with_one_right(sights: Sights, right: str) -> None:
    """Alone, with the use of what it manages, in the community of the first lot. What it shows is what it is for."""
    looking, clerk = sights.looking, await sights.callers.clerk_holds(*{right, ON_TOP.get(right, right)})
    may = {SIGNED_IN, ANY_RIGHT, *clerk.held(sights.town.lots["first"], company=True)}
    for route in READS:
        if right_of(route) in may:
            wanted = asks(route, looking.lot("first"))
            if route == "GET /search":
                wanted = [Ask(query={"q": words}) for words in FRAGMENTS]
            for ask in wanted:
                answer = await send(clerk.browser, route, ask)
                looking.judge(clerk, route, right_of(route), await looking.answer(answer))
    sights.walked.add(right)
    looking.check()


@pytest.mark.parametrize("who", EVERYBODY)
async def test_reads_by_role(sights: Sights, who: str) -> None:
    """With ids of their own, of the next community and of another company."""
    looking, person = sights.looking, sights.callers.persons[who]
    for route in READS:
        right = right_of(route)
        for lot in ("first",) if person.cannot(right) else ("first", "neighbour", "foreign"):
            for ask in asks(route, looking.lot(lot)):
                answer = await send(person.browser, route, ask)
                assert (answer.status_code == 401) == (who == "nobody"), route
                looking.judge(person, route, right, await looking.answer(answer), own=person.login)
    sights.walked.add(who)
    looking.check()


@pytest.mark.parametrize("who", ["outsider", "manager next door", "staff"])
async def test_searches(sights: Sights, who: str) -> None:
    """A filter finds nothing that the list without it would not show."""
    looking, person = sights.looking, sights.callers.persons[who]
    for route in READS:
        takes = inspect.signature(ROUTES[route].fn).parameters.keys() & {"q", "text"}
        for name in takes if not person.cannot(right_of(route)) else ():
            for lot in ("first", "foreign" if who == "outsider" else "neighbour"):
                for ask in asks(route, looking.lot(lot))[-1:]:
                    for words in FRAGMENTS:
                        asked = Ask(ask.path, {**ask.query, name: words})
                        found = await looking.answer(await send(person.browser, route, asked))
                        looking.judge(person, route, right_of(route), found)
    looking.check()


HOMES = {"first": "first", "second": "second", "foreign": "foreign", "newcomer": "", "manager": ""}
OTHER_PHONES = {"newcomer": "13900000555", "manager": "13800000002"}


@pytest.mark.parametrize("who", HOMES)
async def test_residents(sights: Sights, who: str) -> None:
    """Their own pages, with ids of their own house, the next house, the next community and another company."""
    looking, town, home = sights.looking, sights.town, HOMES[who]
    phone = OTHER_PHONES.get(who) or looking.canaries.of(who, "resident phone")
    async with resident_walk.phone_of(town, phone, sights.heard) as browser:
        if home:
            found = await looking.within(await resident_walk.own_export(browser), "application/json")
            looking.judge_resident(home, "POST /my-data/exports", found)
        for route in (*resident_walk.READS, *resident_walk.WRITES):
            for lot in ("first",) if "{" not in route else town.lots:
                if route.startswith("GET ") or lot != home or "{" not in route:
                    for ask in resident_walk.asks(route, town, looking.canaries, lot):
                        answer = await send(browser, route, ask)
                        assert answer.status_code not in (401, *range(500, 600)), f"{route}: {answer.text}"
                        found = await looking.answer(answer)
                        looking.judge_resident(home, route, found, own=f"{phone} {ask}")
    sights.walked.add(f"residents {who}")
    looking.check()


@pytest.mark.parametrize("who", ["first", "neighbour", "foreign"])
async def test_integrators(sights: Sights, who: str) -> None:
    """Every method with ids of others, without a token, with one's own and with theirs; then with one's own ids."""
    looking, town = sights.looking, sights.town
    mine = town.lots[who]
    for name in ("first", "neighbour", "foreign"):
        await town.renew_tokens()
        for path, version in METHODS:
            for recipe in METHODS[path, version]:
                for token in {mine.token} if name == who else {"", mine.token, town.lots[name].token}:
                    if name == who and SPECS[path, version].token == "none":
                        token = ""
                    if name == who and not READING.search(path):
                        continue
                    call = mine.project.caller.sign(
                        path, version, recipe(looking.lot(name)), cloudToken=token
                    )
                    answer = await town.client.post(call.path, content=call.body, headers=call.headers)
                    assert answer.status_code < 500, f"{path}: {answer.text}"
                    looking.judge_key(mine, path, await looking.answer(answer), own=call.body.decode())
    sights.walked.add(f"key {who}")
    looking.check()


READING = re.compile(r"/(get|query|list|getbyimage|queryby\w+)$")
"""Methods that change nothing: the others would take away what the next one asks for."""


async def test_the_live_stream(sights: Sights) -> None:
    """Every topic by everybody, before something happens in every lot. The clerk has one right after the other: a stream
    asks for its follower's rights again after a while, so none is open any more when the clerk has the next."""
    for right in sorted(ALL):
        await _live(sights, [await sights.callers.clerk_holds(right)])
    await _live(sights, [sights.callers.persons[who] for who in EVERYBODY])
    sights.walked.add("live")
    sights.looking.check()


async def _live(sights: Sights, people: list[Any]) -> None:
    """What streams of each topic say to these while something happens."""
    looking, town = sights.looking, sights.town
    async with AsyncExitStack() as open_ones:
        streams: list[tuple[Any, str, stream_walk.Heard]] = []
        for person, topic in product(people, stream_walk.TOPICS):
            stream = stream_walk.listening(person.browser, "/live", topics=topic)
            streams.append((person, topic, await open_ones.enter_async_context(stream)))
        await stream_walk.tell(town)
        for person, topic, heard in streams:
            lot = town.lots["foreign" if person.name == "outsider" else "first"]
            hears = person.alone and stream_walk.RIGHTS[topic] in person.held(lot)
            if heard.status == 200 and (hears or person.name in ("administrator", "outsider")):
                await heard.until(stream_walk.live_word(topic, lot))
                if topic in ("pass", "message"):
                    await heard.until(stream_walk.passed_word(lot))
        for person, _, heard in streams:
            found = await looking.within(heard.text.encode(), "text/plain")
            looking.judge(person, "GET /live", SIGNED_IN, found)


async def test_event_streams(sights: Sights) -> None:
    """The streams of a subscription: by its key, by others' keys, with a ticket of another stream, with none."""
    looking, town = sights.looking, sights.town
    await town.renew_tokens()
    for name in ("first", "neighbour", "foreign"):
        theirs = town.lots[name]
        path = f"/subscriptions/{theirs.stream}/events"
        for mine in (town.lots["first"], town.lots["neighbour"], town.lots["foreign"]):
            got = await mine.project.caller.ok(
                "/message/subscription/ticket/get", "1.0.0", {"subscriptionId": mine.stream}
            )
            ticket = got["url"].partition("ticket=")[2]
            for query, headers in (("", stream_walk.signed(mine.project, path)), (f"?ticket={ticket}", {})):
                async with stream_walk.listening(town.client, path + query, headers) as heard:
                    own = mine is theirs
                    assert (heard.status == 200) == own, (
                        f"{mine.name} at the stream of {theirs.name}: {heard.status}"
                    )
                    if own:
                        row = {
                            "modelId": "Heartbeat",
                            "scopeId": mine.scope_id,
                            "properties": {"parkingLotId": "x"},
                        }
                        await mine.project.caller.ok("/data/model/data/insert", "0.0.3", row)
                        await heard.until("Heartbeat")
                    found = await looking.within(heard.text.encode(), "text/plain")
                    looking.judge_key(mine, "GET /subscriptions/{id}/events", found)
        async with stream_walk.listening(town.client, path) as heard:
            assert heard.status in (400, 401, 403)
    looking.check()


async def test_topics_of_an_app_key(sights: Sights) -> None:
    """Over MQTT a key subscribes to its own topics, and to nothing of another key or of a device."""
    town = sights.town
    mine, theirs = town.lots["first"].project, town.lots["neighbour"].project
    key = ConsumerKey(mine.app_key, mine.secret)
    consumer = Consumer(key, town.mqtt_port, now_ms=town.platform.clock.now_ms())  # type: ignore[arg-type]
    try:
        assert await consumer.connect() == 0
        own = topics.all_topics(mine.app_key, mine.tenant_id)
        for topic in topics.all_topics(theirs.app_key, theirs.tenant_id):
            if topic in own:
                continue  # of the company both belong to: each hears there what is its own
            assert await consumer.subscribe(topic) == 128, topic
        door = town.lots["first"]
        for topic in ("#", "/sys/#", f"/sys/{door.product}/{door.door_name}/#", "/sys/appkey/+/#", "$SYS/#"):
            assert await consumer.subscribe(topic) == 128, topic
        assert await consumer.subscribe(own[0]) < 128
    finally:
        await consumer.close()


@dataclass
class ConsumerKey:
    app_key: str
    app_secret: str


async def test_without_a_session(sights: Sights) -> None:
    """Public routes, pages behind a link, probes: what they show to whoever comes by."""
    looking, town, nobody = sights.looking, sights.town, sights.town.client
    for prefix, names in (("/api/console", CONSOLE_PUBLIC), ("/api/resident", RESIDENT_PUBLIC)):
        for name in names:
            method, _, path = name.partition(" ")
            for lot in town.lots:
                link = looking.canaries.of(lot, "company invitation")
                where = prefix + re.sub(r"{\w+}", link, path)
                body = None if method == "GET" else {}
                answer = await nobody.request(method, where, json=body, headers={"x-linli-request": "1"})
                assert answer.status_code < 500, f"{name}: {answer.text}"
                allowed = frozenset((kind, lot) for kind in OUTSIDE.get(name, ()))
                looking.judge_outside(name, await looking.answer(answer), allowed, own=link)
    for lot in town.lots:
        link = looking.canaries.of(lot, "visitor link")
        answer = await nobody.get(f"/v/{link}")
        assert answer.status_code == 200
        allowed = frozenset((kind, lot) for kind in OUTSIDE["GET /v/{link}"])
        looking.judge_outside("GET /v/{link}", await looking.answer(answer), allowed)
        answer = await nobody.get(f"/v/{link[:-1]}{'A' if link[-1] != 'A' else 'B'}")
        assert answer.status_code == 404
        looking.judge_outside("GET /v/{link}", await looking.answer(answer), frozenset())
    for lot in ("first", "neighbour", "foreign"):
        answer = await nobody.get(f"/r/{looking.canaries.of(lot, 'poster code')}")
        assert answer.status_code == 200
        looking.judge_outside("GET /r/{code}", await looking.answer(answer), frozenset())
    for path in ("/healthz", "/readyz", "/metrics", "/", "/m/", "/staff/"):
        looking.judge_outside(path, await looking.answer(await nobody.get(path)), frozenset())
    looking.check()


async def test_signed_files(sights: Sights) -> None:
    """A signed address opens one file, by one method, until it ends; not changed, not for another file."""
    town = sights.town
    first, foreign = town.lots["first"], town.lots["foreign"]
    good = first.face_url
    assert (await town.client.get(good)).status_code == 200
    name, _, query = good.partition("?")
    other = foreign.face_url.partition("?")[0]
    key = name.partition("/files/")[2]
    ended = town.platform.objects.url(key, expires_s=-1)
    into = town.platform.objects.url(key, method="PUT")
    last = "0" if query[-1] != "0" else "1"
    for wrong in (
        name,
        f"{other}?{query}",
        f"{name}?{query[:-1]}{last}",
        ended,
        into,
        good.replace("limit=0", "limit=9"),
    ):
        assert (await town.client.get(wrong)).status_code in (400, 403), wrong
    assert (await town.client.put(good, content=b"x")).status_code == 403


async def test_boxes(sights: Sights) -> None:
    """A box of another company names what is ours; nobody signs nothing; tunnels open with their tickets alone."""
    looking, town = sights.looking, sights.town
    foreign = town.lots["foreign"]
    for theirs in (town.lots["first"], town.lots["neighbour"], foreign):
        for method, path, body in outside_walk.box_calls(town, theirs):
            answer = await outside_walk.as_box(town, foreign, method, path, body)
            assert answer.status_code < 500, f"{path}: {answer.text}"
            found = {one for one in await looking.answer(answer) if one.lot != "foreign"}
            looking.judge_outside(f"{method} {path}", frozenset(found), frozenset())
            unsigned = await town.client.request(method, path, content=body)
            assert unsigned.status_code == 401, path
    for path in ("/edge/tunnel/", "/api/console/tunnel/"):
        status, told = await outside_walk.knock(town, f"{path}{'x' * 43}")
        assert status in (400, 403, 404) or CLOSED in told, f"{path}: {status} {told!r}"
    page = await town.client.get(f"/box-page/{town.lots['first'].box_tunnel}/{'x' * 43}/")
    assert page.status_code in (401, 403, 404)
    looking.check()


async def test_queues_of_an_app_key(sights: Sights) -> None:
    """What RabbitMQ is told: a key reads its own queues, and is let into none of another key."""
    town = sights.town
    mine, theirs = town.lots["first"].own_key, town.lots["foreign"].own_key
    for name, permission, allowed in (
        (f"{mine}.data", "read", b"allow"), (f"{mine}.data", "write", b"deny"), (f"{theirs}.data", "read", b"deny"),
    ):  # fmt: skip
        form = {"username": mine, "vhost": "/", "resource": "queue", "name": name, "permission": permission}
        answer = await town.client.post("/rabbitmq/auth/resource", data=form)
        assert answer.content == allowed, (name, permission)


async def test_devices_that_register(sights: Sights) -> None:
    """The fixed port of devices: who names a device of ours without its product's secret learns nothing."""
    looking, town = sights.looking, sights.town
    async with outside_walk.device_port(town) as client:
        for lot in town.lots.values():
            named = {"productKey": lot.product, "deviceName": lot.door_name, "random": "1", "sign": "0" * 64}
            for path in (*DEVICE_HTTP, "/auth/anything"):
                answer = await client.post(path, data=named)
                looking.judge_outside(path, await looking.answer(answer), frozenset())
    looking.check()


@pytest.mark.parametrize("who", ["nobody", "resident", "outsider"])
async def test_changes_by_strangers(sights: Sights, who: str) -> None:
    """What a refusal says of what it refuses to change."""
    looking, person = sights.looking, sights.callers.persons[who]
    for route in WRITES:
        right = right_of(route)
        if right != SIGNED_IN or who == "outsider":
            for lot in ("first",) if person.cannot(right) else ("first", "neighbour"):
                for ask in asks(route, looking.lot(lot)):
                    found = await looking.answer(await send(person.browser, route, ask))
                    looking.judge(person, route, right, found, own=str(ask))
    looking.check()


@pytest.mark.parametrize(
    ("who", "lot"), [("manager", "first"), ("administrator", "second"), ("outsider", "foreign")]
)
async def test_changes_by_their_own(sights: Sights, who: str, lot: str) -> None:
    """What comes back to who may change something: not more than they may read."""
    looking, person = sights.looking, sights.callers.persons[who]
    for route in WRITES:
        for ask in asks(route, looking.lot(lot)) if not person.cannot(right_of(route)) else ():
            answer = await send(person.browser, route, ask)
            assert answer.status_code != 401, route
            looking.judge(person, route, right_of(route), await looking.answer(answer), own=str(ask))
    sights.walked.add(f"changes {who}")
    looking.check()


async def test_what_is_written_is_really_seen(sights: Sights) -> None:
    """The list of sights holds nothing that nobody sees, and every canary was seen by somebody or is never shown."""
    everything = {
        *ALL,
        *EVERYBODY,
        "live",
        "changes manager",
        "changes administrator",
        "residents first",
        "key first",
    }
    if missing := everything - sights.walked:
        pytest.skip(f"not everybody was asked: {', '.join(sorted(missing)[:3])} …")
    seen = sights.looking.seen
    written = {(kind, where) for kind, one in SIGHTS.items() for where in (*one.rights, *one.routes)}
    written |= {(kind, "residents") for kind in RESIDENTS}
    written |= {(kind, where) for where, kinds in OUTSIDE.items() for kind in kinds}
    unused = "\n".join(f"{kind}: {where}" for kind, where in sorted(written - seen))
    assert not unused, f"nobody sees this any more, take it off the list:\n{unused}"
    assert sorted(KNOWN_LEAKS - sights.looking.known) == [], "this leaks no more: take it off the list"


async def test_nothing_is_left_out() -> None:
    """What reads is asked by itself when it is new; what changes needs a recipe, or a reason to have none."""
    assert {*READS, "GET /live", *WRITES, *WITHOUT_IDS} == ROUTES.keys()
    assert {*resident_walk.READS, resident_walk.STREAM, *resident_walk.WRITES} == RESIDENT_ROUTES.keys()
    assert METHODS.keys() == SPECS.keys()
