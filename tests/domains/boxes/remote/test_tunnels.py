"""Tunnels from a browser through the platform into a working box, over real sockets."""

import asyncio
from typing import Any

import httpx
import pytest

from linli.domains.boxes.remote.service import tunnels
from linli.domains.boxes.service import nodes
from linli.edge.remote.tunnel import TunnelClosed
from tests.domains.boxes.remote.browser_end import BrowserEnd
from tests.domains.boxes.remote.conftest import Site


async def asked(site: Site, kind: str = "shell", **more: Any) -> dict[str, Any]:
    answer = await site.browser.post(f"{site.at}/tunnels", json={"kind": kind, "reason": "门打不开", **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def opened(site: Site, kind: str = "shell", **more: Any) -> tuple[dict[str, Any], BrowserEnd]:
    made = await asked(site, kind, **more)
    end = await BrowserEnd.open(base(site), made["path"])
    assert (await end.told()).get("joined")
    return made, end


def base(site: Site) -> str:
    return f"http://127.0.0.1:{site.platform.http.port}"


async def row(site: Site, tunnel_id: str, state: str = "ended") -> dict[str, Any]:
    """As the audit shows it, once it has come so far."""
    async with asyncio.timeout(30):
        while True:
            page = (await site.browser.get(f"{site.at}/tunnels", params={"tools": "true"})).json()
            found: dict[str, Any] = next(one for one in page["data"] if one["id"] == tunnel_id)
            if found["state"] == state:
                return found
            await asyncio.sleep(0.02)


@pytest.mark.covers("C005", "C062", "H-97")
async def test_a_terminal_from_the_console_and_who_had_it(site: Site) -> None:
    made, end = await opened(site, recorded=True)
    await end.line.send(b'{"cols":120,"rows":30}', True)
    await end.line.send(b"stty size; pwd\n", False)
    shown = await end.screen_until(str(site.box.home).encode() + b"\r\n")
    assert b"30 120" in shown
    await end.close()
    kept = await row(site, made["id"])
    assert (kept["kind"], kept["byName"], kept["reason"], kept["whyEnded"]) == (
        "shell",
        "王伟",
        "门打不开",
        "person",
    )
    assert kept["bytesToBox"] >= len(b"stty size; pwd\n")
    assert kept["bytesFromBox"] > 50
    transcript = (await site.browser.get(f"/edge/tunnels/{made['id']}/transcript")).json()["text"]
    assert "30 120" in transcript
    async with asyncio.timeout(30):
        while site.box.agent.open_tunnels:
            await asyncio.sleep(0.01)


@pytest.mark.covers("C062")
async def test_files_of_the_box_are_listed_and_downloaded(site: Site) -> None:
    (site.box.home / "report.bin").write_bytes(bytes(range(256)) * 4000)
    _, end = await opened(site, "files")
    listed, _ = await end.ask("files.list", path="/")
    assert "report.bin" in [one["name"] for one in listed.ok]
    told, data = await end.ask("files.read", path="/report.bin")
    assert told.ok["size"] == len(data) == 1_024_000
    assert data == (site.box.home / "report.bin").read_bytes()
    await end.close()


async def test_a_ticket_opens_once_and_for_one_side(site: Site) -> None:
    made, end = await opened(site)
    for path in (made["path"], made["path"].replace("/api/console/tunnel/", "/edge/tunnel/")):
        second = await BrowserEnd.open(base(site), path)
        assert await second.told() == {"ended": "ticket"}
    made_up = await BrowserEnd.open(base(site), "/api/console/tunnel/" + tunnels.new_ticket())
    assert await made_up.told() == {"ended": "ticket"}
    for path, status in (("/api/console/tunnel/short", 404), ("/edge/tunnel/" + "x" * 500, 404)):
        with pytest.raises(TunnelClosed, match=str(status)):
            await BrowserEnd.open(base(site), path)
    with pytest.raises(TunnelClosed, match="403"):
        await BrowserEnd.open(base(site), made["path"], Origin="https://elsewhere.example")
    await end.close()


async def test_it_ends_with_its_time_and_with_the_right(site: Site) -> None:
    _, end = await opened(site, minutes=1)
    joint = next(iter(site.platform.edge_remote.exchange._joints.values()))
    joint.tunnel = joint.tunnel._replace(until_ms=site.platform.clock.now_ms() - 1)
    await site.platform.edge_remote.exchange.look()
    assert await end.told() == {"ended": "time"}
    made, end = await opened(site)
    await site.browser.delete("/session")
    await site.platform.edge_remote.exchange.look()
    assert await end.told() == {"ended": "right"}
    assert made["untilMs"] > 0


async def test_whoever_lost_the_right_meanwhile_is_not_let_in(site: Site) -> None:
    made = await asked(site)
    async with asyncio.timeout(60):  # the box waits: were it refused, that would end the tunnel first
        while not site.platform.edge_remote.exchange.open:
            await asyncio.sleep(0.01)
    await site.browser.delete("/session")
    late = await BrowserEnd.open(base(site), made["path"])
    assert await late.told() == {"ended": "right"}
    async with asyncio.timeout(30):  # and the box, which waited, is let go
        while site.box.agent.open_tunnels or site.platform.edge_remote.exchange.open:
            await asyncio.sleep(0.01)


async def test_a_box_that_was_removed_meanwhile_opens_nothing(site: Site) -> None:
    await site.box.agent.stop()
    site.box.agent._kinds = frozenset()  # it does not come by itself
    made = await asked(site)
    async with site.platform.db.begin() as tx:
        await nodes.values_of(state="unactivated").run(tx, site.scope, row=site.node.node_id, now=1)
    late = await BrowserEnd.open(base(site), made["path"])
    assert await late.told() == {"ended": "node"}
    assert (await row(site, made["id"]))["whyEnded"] == "node"


async def test_it_ends_when_somebody_ends_it(site: Site) -> None:
    made, end = await opened(site)
    assert (await site.browser.post(f"/edge/tunnels/{made['id']}/end")).status_code == 204
    assert await end.told() == {"ended": "ended"}
    assert (await row(site, made["id"]))["whyEnded"] == "ended"


async def test_frames_that_are_too_large_or_wrong_end_it(site: Site) -> None:
    made, end = await opened(site)
    await end.line.send(bytes(300_000), False)
    assert (await row(site, made["id"]))["whyEnded"] == "too_much"
    made, end = await opened(site, "files")
    await end.line.send(b"no question", True)
    assert (await row(site, made["id"]))["whyEnded"] == "box"


async def test_what_is_wrong_is_said(site: Site) -> None:
    for form, field in (
        ({"kind": "shell", "reason": "x"}, "reason"), ({"kind": "tools", "reason": "门打不开"}, "kind"),
        ({"kind": "shell", "reason": "门打不开", "minutes": 0}, "minutes"),
    ):  # fmt: skip
        answer = await site.browser.post(f"{site.at}/tunnels", json=form)
        assert answer.status_code == 400, answer.text
        assert field in answer.text
    await site.box.link.stop()
    async with asyncio.timeout(30):
        while True:
            answer = await site.browser.post(
                f"{site.at}/tunnels", json={"kind": "shell", "reason": "门打不开"}
            )
            if answer.status_code == 503:
                break
            await asyncio.sleep(0.05)
    assert answer.json()["code"] == "edge.box_away"


async def test_strangers_get_nothing(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.browser.base_url, trust_env=False) as nobody:
        answer = await nobody.post(f"{site.at}/tunnels", json={"kind": "shell", "reason": "门打不开"})
    assert answer.status_code == 401
