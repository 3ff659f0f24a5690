"""The least that tells many readers the same: one asyncio protocol that writes ready bytes to each socket.

`python bare_sse.py READERS EVENTS EACH_TURN BYTES` prints its port, waits for so many readers, prints the seconds of
processor time used so far, and tells them all events.
"""

import asyncio
import json
import sys
import time

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Reader(asyncio.Protocol):
    def __init__(self, readers: set["Reader"]) -> None:
        self.readers = readers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(HEAD)  # type: ignore[attr-defined]
        self.readers.add(self)


async def main(wanted: int, events: int, each_turn: int, size: int) -> None:
    readers: set[Reader] = set()
    server = await asyncio.get_running_loop().create_server(lambda: Reader(readers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while len(readers) < wanted:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    print(time.process_time(), flush=True)
    row = {"text": "x" * size}
    for number in range(events):
        body = b"event: pass\ndata: " + json.dumps({"n": number, **row}).encode() + b"\n\n"
        chunk = b"%x\r\n%b\r\n" % (len(body), body)
        for reader in readers:
            reader.transport.write(chunk)  # type: ignore[attr-defined]
        if number % each_turn == 0:
            await asyncio.sleep(0.002)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:5])))
