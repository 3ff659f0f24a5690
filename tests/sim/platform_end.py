"""The other end of a device's line, as small as can be: takes every connection, keeps what comes, answers on request."""

import asyncio
import json
from typing import Any

from linli.protocols import mqtt


class PlatformEnd:
    """Listens on a real socket. While `acknowledges` is off it takes messages and says nothing."""

    def __init__(self) -> None:
        self.acknowledges = True
        self.connections: list[mqtt.Connect] = []
        self.came: list[mqtt.Publish] = []
        self.news = asyncio.Condition()
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server

    async def __aenter__(self) -> "PlatformEnd":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.drop()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    def drop(self) -> None:
        """Break every line without a word."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def send(self, topic: str, body: dict[str, Any]) -> None:
        self._writers[-1].write(mqtt.encode(mqtt.Publish(topic, json.dumps(body).encode(), 1, 7)))

    async def messages(self, number: int, ending: str = "") -> list[mqtt.Publish]:
        """Wait for so many messages whose topic ends like this."""
        async with asyncio.timeout(30), self.news:
            await self.news.wait_for(lambda: len(self._ending(ending)) >= number)
            return self._ending(ending)

    def _ending(self, ending: str) -> list[mqtt.Publish]:
        return [message for message in self.came if message.topic.endswith(ending)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        decoder = mqtt.Decoder("server")
        try:
            while data := await reader.read(65_536):
                for packet in decoder.feed(data):
                    await self._take(packet, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _take(self, packet: mqtt.Packet, writer: asyncio.StreamWriter) -> None:
        if isinstance(packet, mqtt.Connect):
            self.connections.append(packet)
            writer.write(mqtt.encode(mqtt.Connack()))
        elif isinstance(packet, mqtt.Pingreq):
            writer.write(mqtt.encode(mqtt.Pingresp()))
        elif isinstance(packet, mqtt.Publish):
            self.came.append(packet)
            if self.acknowledges and packet.qos:
                writer.write(mqtt.encode(mqtt.Puback(packet.packet_id)))
        async with self.news:
            self.news.notify_all()
