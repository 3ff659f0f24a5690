"""The client for what is asked of others, against peers that go away."""

import asyncio
import socket
import struct
import threading

import httpx

from linli.kernel.http.client import Client

RESET = struct.pack("ii", 1, 0)


async def test_a_peer_that_resets_at_once_is_an_error_of_httpx() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def reset_all() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:  # the test is over
                    return
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                connection.close()

        threading.Thread(target=reset_all, daemon=True).start()
        async with Client(trust_env=False) as client:
            for _ in range(40):
                met = await asyncio.gather(
                    *[client.post(url, content=b"x") for _ in range(20)], return_exceptions=True
                )
                assert [one for one in met if not isinstance(one, httpx.TransportError)] == []
        server.shutdown(socket.SHUT_RDWR)
