"""What devices report reaches the platform once and in order: through cut lines, lost acknowledgements and power cuts."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols import mqtt
from linli.things.inbox.messages import Message
from tests.edge.runtime.small_box import Shelf, SmallBox, key, until
from tests.things.conftest import make_platform, platform, secrets  # noqa: F401  (fixtures)
from tests.things.device import Platform
from tests.things.gateways.conftest import Estate

pytestmark = pytest.mark.engines("sqlite")


class Cloud:
    """The thing platform, and every message that it stored."""

    def __init__(self, running: Platform, estate: Estate) -> None:
        self.platform, self.estate = running, estate
        self.stored: list[Message] = []
        running.things.ingest.on_committed.append(self.stored.extend)

    def contents(self, device: str) -> list[str]:
        return [
            one.values["content"]
            for one in self.stored
            if one.kind == "event" and one.device.device_name == device
        ]


@pytest.fixture
async def cloud(platform: Platform, database: Database, ids: Ids, secrets: Secrets) -> Cloud:  # noqa: F811
    return Cloud(platform, await Estate(database, ids, secrets).build("one"))


async def small_box(cloud: Cloud, folder: Path, subs: list[Any], **more: Any) -> SmallBox:
    devices = {sub.device_name: key(sub) for sub in subs}
    return SmallBox(folder, key(cloud.estate.gateway), cloud.platform.port, devices, **more)


async def test_reports_come_through_the_gateway(cloud: Cloud, tmp_path: Path) -> None:
    subs = await cloud.estate.subs(2)
    box = await (await small_box(cloud, tmp_path, subs)).start()
    await box.things.online("sub_01")
    await cloud.estate.settled(subs, "online", "unactive")
    await box.things.properties("sub_01", {"Temperature": 21.5})
    await box.passed("sub_01", "a")
    await box.passed(
        "sub_02", "b"
    )  # its door is off-line by now: logged in for what it has to say, and out again
    await until(lambda: box.queue.backlog == 0)
    assert cloud.contents("sub_01") == ["a"]
    assert cloud.contents("sub_02") == ["b"]
    assert await cloud.estate.value(subs[0], "Temperature") == 21.5
    await cloud.estate.settled(subs, "online", "offline")
    await box.things.offline("sub_01")
    await cloud.estate.settled(subs, "offline")
    await box.stop()


async def test_lost_acknowledgements_and_a_killed_box_double_nothing(
    cloud: Cloud, clock: ManualClock, tmp_path: Path
) -> None:
    """A week passes at the platform between what it stored and what it is sent again."""
    subs = await cloud.estate.subs(2)
    box = await (await small_box(cloud, tmp_path, subs)).start()
    await until(lambda: box.line.up)
    box.line._hear = _deaf(box.line._hear)  # type: ignore[method-assign]
    for number in range(40):
        await box.passed(f"sub_0{number % 2 + 1}", str(number))
    await until(lambda: len(cloud.contents("sub_01")) == 16)  # half of what may be in flight
    await box.die()
    assert cloud.contents("sub_01") == [str(number) for number in range(0, 32, 2)]

    await clock.advance(7 * 86_400_000)
    box = await (await small_box(cloud, tmp_path, subs)).start(connect=False)
    assert box.queue.backlog == 40
    await box.passed("sub_01", "40")  # the doors go on while the line is cut
    await box.connect()
    await until(lambda: box.queue.backlog == 0)
    assert cloud.contents("sub_01") == [str(number) for number in range(0, 41, 2)]
    assert cloud.contents("sub_02") == [str(number) for number in range(1, 40, 2)]
    await box.stop()


async def test_pictures_go_first_and_once(cloud: Cloud, tmp_path: Path) -> None:
    subs = await cloud.estate.subs(1)
    shelf = Shelf()
    shelf.shut = True
    box = await (await small_box(cloud, tmp_path, subs, shelf=shelf)).start()
    await box.passed("sub_01", "with", b"\xff\xd8 photo")
    await until(lambda: box.line.up)
    assert cloud.contents("sub_01") == []
    await box.die()
    shelf.shut = False
    box = await (await small_box(cloud, tmp_path, subs, shelf=shelf)).start()
    await until(lambda: box.queue.backlog == 0)
    assert shelf.taken == [("sub_01", b"\xff\xd8 photo")]
    (told,) = [one.values for one in cloud.stored if one.kind == "event"]
    info = msgspec.json.decode(told["extInfo"])
    assert info["captureImg"] == "t/captures/d/1.jpg"
    assert info["boxReport"] == "node1-1"
    await box.stop()


async def test_what_the_platform_does_not_let_in_stays_and_blocks_nobody(
    cloud: Cloud, tmp_path: Path
) -> None:
    subs = await cloud.estate.subs(2)
    box = await small_box(cloud, tmp_path, subs[:1])
    await box.start()
    await box.passed("sub_02", "early")  # not deployed yet
    await box.passed("sub_01", "now")
    await until(lambda: box.queue.backlog == 1)
    assert cloud.contents("sub_01") == ["now"]
    assert box.presence.refused == {"sub_02": "it is not deployed any more"}
    box.presence.know({sub.device_name: key(sub) for sub in subs})
    box.line.cut()
    box.line.mend()
    await until(lambda: box.queue.backlog == 0)
    assert cloud.contents("sub_02") == ["early"]
    await box.stop()


async def test_the_rate_is_bounded(cloud: Cloud, tmp_path: Path) -> None:
    subs = await cloud.estate.subs(1)
    box = await (await small_box(cloud, tmp_path, subs, rate=20.0)).start(connect=False)
    for number in range(30):
        await box.passed("sub_01", str(number))
    await box.connect()
    await until(lambda: len(cloud.contents("sub_01")) >= 20)
    assert box.queue.backlog > 5
    await until(lambda: box.queue.backlog == 0)
    await box.stop()


def _deaf(hear: Any) -> Any:
    return lambda packet, take: None if isinstance(packet, mqtt.Puback) else hear(packet, take)


async def test_a_platform_that_answers_nothing_is_left(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection stands, but a log-in is not answered: the box connects anew instead of waiting for ever."""
    subs = await cloud.estate.subs(1)
    box = await (await small_box(cloud, tmp_path, subs)).start()
    await box.things.online("sub_01")
    await cloud.estate.settled(subs, "online")
    asked, login = box.line.ask, "combine/batch_login"
    unanswered: list[str] = []

    async def once(topic: str, params: Any, *, method: str = "") -> Any:
        if topic.endswith(login) and not unanswered:
            unanswered.append(topic)
            raise TimeoutError
        return await asked(topic, params, method=method)

    monkeypatch.setattr(box.line, "ask", once)
    box.line.cut()
    box.line.mend()
    await box.passed("sub_01", "late")
    await until(lambda: unanswered and box.queue.backlog == 0)
    assert cloud.contents("sub_01") == ["late"]
    await box.stop()
