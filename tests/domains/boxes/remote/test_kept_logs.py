"""The log module of a cluster: what a real box says comes to the cloud, is found there, and stops with the switch."""

import asyncio
from typing import Any

import msgspec
import pytest

from linli.domains.boxes.front import EdgeRequest
from linli.domains.boxes.remote import rules
from linli.domains.boxes.remote.service import presence
from linli.domains.boxes.remote.service.lines import LineStore
from linli.domains.boxes.service import clusters
from linli.edge.remote.shipping import LogShipper
from linli.kernel.errors import BadInput
from linli.protocols.edge_link import LogBatch, LogLine
from tests.domains.boxes.remote.conftest import Site

DAY_MS = 86_400_000


class Sent:
    """What the box posts, given to the room as the front gives it once the signature is checked."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def post(self, path: str, batch: Any) -> bytes:
        request = EdgeRequest("POST", path, "", {}, msgspec.json.encode(batch), {}, "en")
        answer = await self._site.platform.edge_remote.take_lines(self._site.node, request)
        return answer.body


async def lines(site: Site, **query: Any) -> dict[str, Any]:
    answer = await site.browser.get(f"{site.at}/kept-logs", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def texts(told: dict[str, Any]) -> list[str]:
    return [one["text"] for one in told["lines"]]


@pytest.mark.covers("C072")
async def test_a_box_s_lines_are_kept_and_found_while_it_is_away(site: Site) -> None:
    cloud: Any = Sent(site)

    async def keep(at_ms: int) -> None: ...

    shipper = LogShipper(site.box.logs, cloud, keep=keep)
    shipper.switch(True)
    await shipper.once()
    site.box.logs.of("door_device", "dev:1").warning(
        "the door does not answer", peer="10.1.1.7", password="s3cret"
    )
    await asyncio.sleep(0.005)  # lines of the same millisecond stand in any order
    site.box.logs.of("door_device").info("the driver runs")
    await shipper.once()
    await site.box.link.stop()
    told = await lines(site)
    assert (told["on"], told["days"], told["cut"]) == (True, 14, False)
    assert texts(told) == ["the door does not answer", "the driver runs"]
    assert told["lines"][0]["facts"]["peer"] == "10.1.1.7"
    assert "s3cret" not in str(told)
    assert texts(await lines(site, level="warning")) == ["the door does not answer"]
    assert texts(await lines(site, device="dev:1")) == ["the door does not answer"]
    assert texts(await lines(site, q="10.1.1.7")) == ["the door does not answer"]
    assert texts(await lines(site, q="DRIVER")) == ["the driver runs"]
    assert texts(await lines(site, driver="other")) == []
    one = await lines(site, most=1)
    assert (texts(one), one["cut"]) == (["the driver runs"], True)
    sources = (await site.browser.get(f"{site.at}/kept-logs/sources")).json()
    assert sources == [{"driver": "door_device", "device": ""}, {"driver": "door_device", "device": "dev:1"}]


async def test_the_switch_ends_it_and_what_is_sent_twice_is_kept_once(site: Site) -> None:
    store, now = LineStore(site.platform.db), site.platform.clock.now_ms()
    batch = LogBatch([
        LogLine(now - 5, "info", "runtime", "said once"), LogLine(now - 5, "info", "runtime", "said once"),
        LogLine(now - 5, "error", "runtime", "said\0 once"), LogLine(now + DAY_MS, "info", "runtime", "ahead"),
        LogLine(5, "info", "runtime", "from 1970"),
    ])  # fmt: skip
    for _ in range(2):
        assert await store.take(site.node, batch, now_ms=now)
    told = await lines(site, toMs=now)
    assert sorted(texts(told)) == ["ahead", "from 1970", "said once", "said once"]
    assert max(one["atMs"] for one in told["lines"]) <= now
    async with site.platform.db.begin() as tx:
        await clusters.change(
            site.scope,
            tx,
            cluster_id=site.node.cluster_id,
            wish=clusters.ClusterChange(log_on=False),
            now_ms=now,
        )
    assert not await store.take(site.node, LogBatch([LogLine(now, "info", "runtime", "late")]), now_ms=now)
    told = await lines(site)
    assert (told["on"], len(told["lines"])) == (False, 4)
    await presence.purge(site.platform.db, now_ms=now + (rules.KEPT_LINES_DAYS + 1) * DAY_MS)
    assert (await lines(site))["lines"] == []


async def test_one_box_does_not_fill_the_place_of_all(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LINES_A_DAY", 3)
    store, now = LineStore(site.platform.db), site.platform.clock.now_ms()
    for n in range(5):
        assert await store.take(site.node, LogBatch([LogLine(now, "info", "x", f"line {n}")]), now_ms=now)
    await asyncio.sleep(0)
    assert len((await lines(site))["lines"]) == 3


async def test_what_is_no_batch_is_refused(site: Site) -> None:
    for body in (b"{}", b'{"lines":[{"atMs":1}]}', b"\xff"):
        with pytest.raises(BadInput):
            await site.platform.edge_remote.take_lines(
                site.node, EdgeRequest("POST", "/edge/logs", "", {}, body, {}, "en")
            )
