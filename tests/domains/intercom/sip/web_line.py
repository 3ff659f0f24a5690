"""A WebSocket as a program opens it, with SIP in it."""

import asyncio
import base64
from typing import Any

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage

from linli.protocols import sip
from tests.domains.intercom.sip.phone import WAIT_S, Phone


class WebLine:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._frames = Connection(ConnectionType.CLIENT)
        self._waiting: list[Any] = []

    @classmethod
    async def open(cls, port: int, **headers: str) -> "WebLine | int":
        """The line, or the status of a refusal."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(b"k" * 16).decode(),
            "Sec-WebSocket-Protocol": "sip",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{name}: {value}" for name, value in said.items() if value]
        writer.write("\r\n".join(["GET /sip HTTP/1.1", *lines, "", ""]).encode())
        async with asyncio.timeout(WAIT_S):
            head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split()[1])
        if status != 101:
            writer.close()
            return status
        assert b"sec-websocket-protocol: sip" in head.lower()
        return cls(reader, writer)

    def send(self, message: sip.Message | bytes) -> None:
        self._writer.write(self._frames.send(TextMessage(bytes(message).decode())))

    async def next(self) -> sip.Request | sip.Response | int:
        """A message, or the code of the end."""
        async with asyncio.timeout(WAIT_S):
            while not self._waiting:
                data = await self._reader.read(65_536)
                if not data:
                    return 0
                self._frames.receive_data(data)
                for event in self._frames.events():
                    if isinstance(event, TextMessage | BytesMessage):
                        text = event.data.encode() if isinstance(event.data, str) else bytes(event.data)
                        self._waiting.append(sip.read_datagram(text))
                    elif isinstance(event, CloseConnection):
                        self._waiting.append(int(event.code))
        return self._waiting.pop(0)

    async def register(self, phone: Phone) -> int:
        request = phone.make("REGISTER", "sip:127.0.0.1")
        request.set("to", f"<sip:{phone.number}@127.0.0.1>")
        request.set("via", "SIP/2.0/WS x1.invalid;branch=z9hG4bKws1")
        request.set("contact", f"<sip:{phone.number}@x1.invalid;transport=ws>")
        self.send(request)
        refusal = await self.next()
        assert isinstance(refusal, sip.Response)
        proved = phone.prove(request, refusal)
        proved.set("via", "SIP/2.0/WS x1.invalid;branch=z9hG4bKws2")
        self.send(proved)
        answered = await self.next()
        assert isinstance(answered, sip.Response)
        return answered.status

    def close(self) -> None:
        self._writer.close()
