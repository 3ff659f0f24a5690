"""nginx with its RTMP module as a fan-out of one stream: installed, or unpacked into a folder of its own.

`NGINX_ROOT` names a folder that Debian's packages nginx and libnginx-mod-rtmp were unpacked into (`dpkg -x …deb FOLDER`).
FFmpeg publishes a byte stream; players are connections of this process that ask for it and throw away what comes.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from bench.harness import GENERATOR_CORE, pinned, start, stop
from linli.protocols import rtmp
from tests.engines import wait_for_port
from tests.ports import free_port

_CONFIG: Final = """
load_module {module};
daemon off;
master_process off;
error_log stderr error;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
rtmp {{ access_log off; server {{ listen 127.0.0.1:{port}; application live {{ live on; }} }} }}
"""
_NGINX: Final = "usr/sbin/nginx"
_MODULE: Final = "usr/lib/nginx/modules/ngx_rtmp_module.so"
_LOG: Final = "nginx.log"
_COMMAND: Final = 20
_BEGUN: Final = 20_000
"""Bytes after which a player certainly has pictures."""
_WAIT_S: Final = 60.0


def _root() -> Path | None:
    """The folder with nginx and its module; None: it is not here."""
    for folder in (os.environ.get("NGINX_ROOT", ""), "/"):
        if folder and all((Path(folder) / part).exists() for part in (_NGINX, _MODULE)):
            return Path(folder)
    return None


def missing() -> bool:
    return _root() is None


def _hello() -> bytes:
    """All that a player says: handshake, and three commands."""
    connect = rtmp.write_values("connect", 1.0, {"app": "live", "tcUrl": "rtmp://127.0.0.1/live"})
    return b"\x03" + bytes(2 * 1536) + b"".join((
        rtmp.message(_COMMAND, 0, connect, stream=0, channel=3, chunk=128),
        rtmp.message(_COMMAND, 0, rtmp.write_values("createStream", 2.0, None), stream=0, channel=3, chunk=128),
        rtmp.message(_COMMAND, 0, rtmp.write_values("play", 3.0, None, "camera"), channel=8, chunk=128),
    ))  # fmt: skip


class Player(asyncio.Protocol):
    """`begun`: it has pictures."""

    def __init__(self) -> None:
        self._octets = 0
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_hello())

    def data_received(self, data: bytes) -> None:
        self._octets += len(data)
        if self._octets > _BEGUN and not self.begun.done():
            self.begun.set_result(None)


@asynccontextmanager
async def serving(folder: Path, clip: Path, players: int) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Its process, once all players get pictures of the clip, which is published again and again at its pace."""
    with ExitStack() as stack:
        port = free_port()
        nginx = _nginx(folder, port)
        stack.callback(stop, nginx)
        await asyncio.to_thread(wait_for_port, port, nginx, folder / _LOG)
        stack.callback(stop, _publisher(clip, port))
        begun: list[asyncio.Future[None]] = []
        for _ in range(players):
            wire, player = await asyncio.get_running_loop().create_connection(Player, "127.0.0.1", port)
            stack.callback(wire.close)
            begun.append(player.begun)
        async with asyncio.timeout(_WAIT_S):
            await asyncio.gather(*begun)
        yield nginx


def _nginx(folder: Path, port: int) -> subprocess.Popen[bytes]:
    root = _root()
    assert root is not None
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(module=root / _MODULE, folder=folder, port=port))
    line = [str(root / _NGINX), "-c", str(config), "-p", str(folder), "-e", "stderr"]
    return start(line, log=folder / _LOG)


def _publisher(clip: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(pinned([
        "ffmpeg", "-v", "quiet", "-nostdin", "-re", "-stream_loop", "-1", "-r", "25", "-i", str(clip),
        "-c", "copy", "-f", "flv", f"rtmp://127.0.0.1:{port}/live/camera",
    ], core=GENERATOR_CORE))  # fmt: skip
