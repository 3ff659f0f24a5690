"""docs/guides/robots-in-lifts: a robot that says what stands there, word for word, rides."""

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from linli.domains.elevators.robots.socket import PATH
from linli.edge.remote.tunnel import Line
from tests.domains.access.platform import until
from tests.domains.elevators.robots.conftest import RobotClient, RobotSite
from tests.engines import find_program

pytestmark = pytest.mark.engines("sqlite")
GUIDES = Path(__file__).parents[4] / "docs" / "guides"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str, kind: str) -> list[list[str]]:
    text = (GUIDES / f"robots-in-lifts.{language}.md").read_text("utf-8")
    return [body.splitlines() for name, body in BLOCK.findall(text) if name == kind]


def test_both_languages_have_the_same_commands() -> None:
    for kind in ("text", "json", "sh"):
        assert blocks("en", kind) == blocks("zh", kind)
        assert blocks("en", kind)


async def test_the_websocket_messages_of_the_guide(tower: RobotSite) -> None:
    made = await tower.add()
    (request,) = blocks("en", "text")
    assert request[0] == f"GET {PATH}"
    name, _, value = request[1].partition(": ")
    client = RobotClient(tower, f"{tower.site.lift}/X")
    client.line = await Line.open(
        f"http://127.0.0.1:{tower.web.port}{PATH}", headers={name: value.replace("KEY", made["key"])}
    )
    client._task = asyncio.create_task(client._listen())
    tower.clients.append(client)
    subscriptions, asks, goes = blocks("en", "json")
    sec = str(tower.platform.clock.now_ms() // 1000)

    async def say(line: str) -> None:
        await client.say(line.replace("LIFT", client.lift_name).replace("SEC", sec).encode())

    for line in subscriptions:
        await say(line)
    await until(lambda: bool(client.states))
    await say(asks[0])
    await client.comes_to("boarding")
    await say(goes[0])
    await client.comes_to("leaving")
    await say(goes[1])
    await client.comes_to("done")
    assert client.errors == []


async def test_the_mqtt_commands_of_the_guide(tower: RobotSite) -> None:
    find_program("mosquitto_sub")
    made = await tower.add()
    (lines,) = blocks("en", "sh")
    hears, asks = (
        shlex.split(
            line.replace(" --cafile ca.pem", "")
            .replace("HOST", "127.0.0.1")
            .replace("PORT", str(tower.platform.mqtt_port))
            .replace("LIFT", f"{tower.site.lift}/X")
            .replace("SEC", str(tower.platform.clock.now_ms() // 1000))
            .replace("ID", made["id"])
            .replace("KEY", made["key"])
        )
        for line in lines
    )
    listening = await asyncio.create_subprocess_exec(*hears, stdout=asyncio.subprocess.PIPE)
    heard: list[bytes] = []

    async def hears_of(topic: str, word: bytes = b"") -> bytes:
        assert listening.stdout is not None
        try:
            async with asyncio.timeout(60):
                while True:
                    heard.append(await listening.stdout.readline())
                    assert heard[-1], "it stopped listening"
                    assert b"/errors" not in heard[-1], heard[-1]
                    if heard[-1].startswith(f"/robots/{made['id']}/{topic} ".encode()) and word in heard[-1]:
                        return heard[-1]
        except TimeoutError:
            raise AssertionError(f"no {word!r} on {topic}; heard {heard}") from None

    try:
        await hears_of("lift_states")  # it has subscribed
        publishing = await asyncio.create_subprocess_exec(*asks)
        assert await asyncio.wait_for(publishing.wait(), 60) == 0
        assert b"delivery-18" in await hears_of("lift_sessions", b'"boarding"')
    finally:
        listening.terminate()
        await listening.wait()
