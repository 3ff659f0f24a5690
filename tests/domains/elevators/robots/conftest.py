"""A lift with a car that moves, behind a real box, and robots that come over WebSockets."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import paho.mqtt.client as paho
import pytest

from linli.domains.elevators.queries import lifts
from linli.domains.elevators.robots import sessions, talk
from linli.domains.elevators.robots.room import Robots
from linli.domains.elevators.robots.socket import PATH
from linli.edge.doors.simulator.cars import Cars
from linli.edge.remote.tunnel import Line, TunnelClosed
from linli.kernel.http import HttpServer
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import LiftSite


class RobotClient:
    """What a robot's own program does."""

    def __init__(self, site: "RobotSite", lift_name: str) -> None:
        self.site, self.lift_name = site, lift_name
        self.states: list[dict[str, Any]] = []
        self.sessions: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.over = asyncio.Event()
        self._last_ms = 0

    async def open(self, key: str) -> "RobotClient":
        """Raises TunnelClosed."""
        self.line = await Line.open(
            f"http://127.0.0.1:{self.site.web.port}{PATH}", headers={"Authorization": f"Bearer {key}"}
        )
        self._task = asyncio.create_task(self._listen())
        with contextlib.suppress(OSError):  # a line without a key ends at once
            await self._subscribe()
        return self

    async def _subscribe(self) -> None:
        for topic in ("/lift_states", "/lift_sessions"):
            await self.say({"op": "subscribe", "topic": topic})

    async def _listen(self) -> None:
        with contextlib.suppress(TunnelClosed, OSError):
            while messages := await self.line.messages():
                for message in messages:
                    told = json.loads(message.data)
                    match told.get("topic"):
                        case "/lift_states":
                            self.states.append(told["msg"])
                        case "/lift_sessions":
                            self.sessions.append(told["msg"])
                        case _:
                            self.errors.append(told)
        self.over.set()

    async def say(self, message: Any) -> None:
        await self.line.send(
            message if isinstance(message, bytes) else json.dumps(message).encode(), text=True
        )

    async def ask(self, floor: str, *, session: str = "s-1", kind: int = 1, **more: Any) -> None:
        self._last_ms = max(self._last_ms + 1, self.site.platform.clock.now_ms())
        at = {"sec": self._last_ms // 1000, "nanosec": self._last_ms % 1000 * 1_000_000}
        message = {
            "lift_name": self.lift_name, "session_id": session, "request_time": at, "request_type": kind,
            "destination_floor": floor, "door_state": 2, **more,
        }  # fmt: skip
        await self.say({"op": "publish", "topic": "/lift_requests", "id": "q", "msg": message})

    async def comes_to(self, state: str, reason: str = "") -> None:
        await until(
            lambda: (
                self.sessions and (self.sessions[-1]["state"], self.sessions[-1]["reason"]) == (state, reason)
            )
        )

    async def refused(self, code: str) -> dict[str, Any]:
        await until(lambda: bool(self.errors))
        error = self.errors.pop(0)
        assert error["code"] == code, error
        return error

    async def close(self) -> None:
        self._task.cancel()
        self.line.close()
        await self.line.closed()


class MqttRobot(RobotClient):
    """The same by paho-mqtt, at the platform's MQTT port. Each answer is taken on the test's loop."""

    def __init__(self, site: "RobotSite", lift_name: str, robot_id: str) -> None:
        super().__init__(site, lift_name)
        self.base = f"/robots/{robot_id}"
        self.user = f"robot:{robot_id}"
        self.codes: list[int] = []
        """Of CONNACK."""
        self.granted: list[int] = []
        self._loop = asyncio.get_running_loop()

    async def connect(self, key: str, name: str, *, user: str = "", version: int = paho.MQTTv311) -> None:
        self.paho = client = paho.Client(name, protocol=version)
        client.username_pw_set(user or self.user, key)
        client.on_connect = lambda *told: self._soon(
            self.codes.append, int(getattr(told[3], "value", told[3]))
        )
        client.on_subscribe = lambda *told: self._soon(
            self.granted.extend, [int(getattr(code, "value", code)) for code in told[3]]
        )
        client.on_message = lambda _client, _data, message: self._soon(
            self._take, message.topic, message.payload
        )
        client.on_disconnect = lambda *told: self._soon(self.over.set)
        client.connect_async("127.0.0.1", self.site.platform.mqtt_port, keepalive=60)
        client.reconnect_delay_set(3600, 3600)
        client.loop_start()
        await until(lambda: bool(self.codes))
        if self.codes[0]:
            return
        client.subscribe(
            [(f"{self.base}/{topic}", 1) for topic in ("lift_states", "lift_sessions", "errors")]
        )
        await until(lambda: len(self.granted) == 3)

    def _soon(self, call: Callable[..., object], *told: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the test is over
            self._loop.call_soon_threadsafe(call, *told)

    def _take(self, topic: str, payload: bytes) -> None:
        kept = {"/lift_states": self.states, "/lift_sessions": self.sessions, "/errors": self.errors}
        kept[topic.removeprefix(self.base)].append(json.loads(payload))

    async def say(self, message: Any) -> None:
        body = message if isinstance(message, bytes) else json.dumps(message["msg"])
        self.paho.publish(f"{self.base}/lift_requests", body, qos=1)

    async def close(self) -> None:
        self.paho.disconnect()
        await asyncio.to_thread(self.paho.loop_stop)


class RobotSite:
    def __init__(self, site: LiftSite) -> None:
        self.site, self.platform = site, site.platform
        self.desk = site.estate.desk
        self.clients: list[RobotClient] = []

    async def build(self, *, runs: bool = True) -> "RobotSite":
        """`runs`: cars move and sessions are looked at by themselves; else the test does each step."""
        site, platform = self.site, self.platform
        self.robots = Robots(
            platform.db, platform.ids, platform.clock, platform.things.invoker, process="main"
        )
        self.robots.register(platform.db.handlers, platform.jobs)
        platform.things.backend.guests.append(self.robots.guests)
        self.web = HttpServer(platform.api.gateway, upgrades=self.robots.upgrades())
        await self.web.start()
        await site.with_box()

        async def known() -> bool:
            await platform.worker.run_once()
            return bool((await lifts.shaft(site.scope, platform.db, site.lift)).floors)

        await until(known)
        self.cars = Cars(site.machines[1], floor_s=0.03)
        await self.cars.report()
        self._tasks = [asyncio.create_task(self.cars.run())] if runs else []

        async def told() -> bool:
            at = await sessions.place(site.scope, platform.db, site.lift, platform.clock.now_ms())
            return at.online and all(car.position for car in at.shaft.cars)

        await until(told)
        if runs:
            self._tasks.append(asyncio.create_task(self._look()))
        return self

    async def _look(self) -> None:
        """The keeper's rounds, without waiting for the clock."""
        while True:
            await self.robots.keeper.run()
            await asyncio.sleep(0.05)

    async def add(self, **more: Any) -> dict[str, Any]:
        zone = {"iotId": self.site.lift, "car": "X", "floors": ["1", "10"]}
        wish = {
            "communityId": self.site.estate.community, "name": "送货机器人", "kind": "robot", "zones": [zone], **more
        }  # fmt: skip
        answer = await self.desk.post("/lift-robots", json=wish)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def client(self, key: str, car: str = "/X") -> RobotClient:
        client = await RobotClient(self, f"{self.site.lift}{car}").open(key)
        self.clients.append(client)
        return client

    async def mqtt_client(self, made: dict[str, Any], name: str = "robot", **more: Any) -> MqttRobot:
        client = MqttRobot(self, f"{self.site.lift}/X", made["id"])
        self.clients.append(client)
        await client.connect(made["key"], name, **more)
        return client

    async def by(self, carrier: str, made: dict[str, Any]) -> RobotClient:
        return await (self.mqtt_client(made) if carrier == "mqtt" else self.client(made["key"]))

    async def sessions(self, robot_id: str) -> list[dict[str, Any]]:
        return list((await self.desk.get(f"/lift-robots/{robot_id}/sessions")).json()["data"])

    async def close(self) -> None:
        for client in self.clients:
            await client.close()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.robots.talks.stop()
        await self.web.stop()


@pytest.fixture
async def tower(site: LiftSite, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RobotSite]:
    monkeypatch.setattr(talk, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(talk, "A_SECOND", 50)
    tower = await RobotSite(site).build()
    try:
        yield tower
    finally:
        await tower.close()
