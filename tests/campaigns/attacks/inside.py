"""Addresses inside the attacked machine, given to whatever fetches or pushes: nothing may arrive there."""

import asyncio
import base64
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.campaigns.attacks.names import ADDRESS, LyingNames, lying_names
from tests.campaigns.attacks.tally import Tally
from tests.campaigns.attacks.target import Target

KIND: Final = "inside"
HOSTS: Final = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "0", "localhost", "LOCALHOST",
    "localhost.", "127.0.0.1.", "127.255.255.254", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]",
    "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fec0::1]", "[fe80::1]",
    "[fd00::1]", "[fc00::1]", "[ff02::1]", "[2001:0:7f00:1::1]", "10.0.0.1", "172.16.0.1", "192.168.1.1",
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "100.64.0.1", "192.0.0.192", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "inside.test", "mapped.test", "①②⑦.⓪.⓪.①", "127。0。0。1",
)  # fmt: skip
SCHEMES: Final = (
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "ftp://127.0.0.1/",
    "javascript:1",
    "//127.0.0.1/",
)
REBOUND: Final = 4
_POINT: Final = (
    ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)  # fmt: skip
KEYS: Final = {
    name: base64.urlsafe_b64encode(value).decode().rstrip("=")
    for name, value in (("p256dh", _POINT), ("auth", b"a" * 16))
}
"""Of a browser that could be pushed to."""
WAIT_SECONDS: Final = 6.0


async def attempts(target: Target, tally: Tally) -> None:
    async with _listener() as (port, arrived), _lies(target) as names:
        urls = [f"http://{host}:{port}/x" for host in HOSTS] + list(SCHEMES)
        if names is None:
            tally.figures["names"] = "no rebinding: in a hurry, not root, or no unshare"
            urls = [url for url in urls if ".test" not in url]
        for url in urls:
            await _webhook(target, tally, url)
            await _fetched(target, tally, url)
        for number in range(REBOUND if names is not None else 0):
            await _rebound(target, tally, f"http://rebind{number}.test:{port}/x")
        await asyncio.sleep(WAIT_SECONDS if names is not None else 1)
        tally.note(KIND, "nothing arrived", not arrived, arrived[:3])
        if names is not None:
            asked = {name: times for name, times in names.asked.items() if name.startswith("rebind")}
            tally.figures["names_asked_again"] = sum(times > 1 for times in asked.values())


async def _webhook(target: Target, tally: Tally, url: str) -> None:
    body: dict[str, Any] = {"appKey": target.site.app_key, "kind": "webhook", "name": "inside", "url": url}
    answer = await target.browsers["administrator"].post("/subscriptions", json=body)
    tally.note(KIND, f"webhook {url}", answer.status_code == 400, (answer.status_code, answer.text))
    async with target.client() as client:
        caller = target.caller(client)
        told = await caller.call(
            "/message/subscription/create", "1.0.0", {"kind": "webhook", "name": "inside", "url": url}
        )
        tally.note(KIND, f"open API webhook {url}", not told.ok and told.code != 500, told)


async def _fetched(target: Target, tally: Tally, url: str) -> None:
    """A picture that a caller names by its address, and a browser's push address."""
    async with target.client() as client:
        answer = await target.caller(client).call(
            "/face/quality/query", "1.0.0", {"faceUrl": url, "provider": "IoT"}
        )
    tally.note(KIND, f"picture {url}", answer.status == 200 and answer.code == 460, answer)
    body = {"endpoint": url.replace("http:", "https:"), "keys": KEYS, "language": "en"}
    told = await target.browsers["administrator"].post("/push/subscription", json=body)
    refused = told.status_code == 400 and told.json()["field"] == "endpoint"
    tally.note(KIND, f"push {url}", refused, (told.status_code, told.text))


async def _rebound(target: Target, tally: Tally, url: str) -> None:
    """A name that is public when it is checked and inside when it is called."""
    administrator = target.browsers["administrator"]
    body: dict[str, Any] = {"appKey": target.site.app_key, "kind": "webhook", "name": url[7:15], "url": url}
    answer = await administrator.post("/subscriptions", json=body)
    if answer.status_code != 201:
        tally.note(KIND, f"rebinding {url}", answer.status_code == 400, (answer.status_code, answer.text))
        return
    answer = await administrator.post(f"/subscriptions/{answer.json()['id']}/test")
    tally.note(KIND, f"rebinding {url}", answer.status_code == 204, answer.status_code)


@asynccontextmanager
async def _listener() -> AsyncIterator[tuple[int, list[str]]]:
    """Something inside that should never be reached."""
    arrived: list[str] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(str(writer.get_extra_info("peername")))
        writer.close()

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], arrived
    finally:
        server.close()


@asynccontextmanager
async def _lies(target: Target) -> AsyncIterator[LyingNames | None]:
    """The installation started anew where names are answered by us, in a mount namespace of its own."""
    unshare = shutil.which("unshare")
    if target.hurry or os.geteuid() != 0 or unshare is None:
        yield None
        return
    installation = target.installation
    file = installation.folder.parent / "resolv.conf"
    file.write_text(f"nameserver {ADDRESS}\noptions timeout:2 attempts:1\n")
    transport, names = await lying_names()
    shell = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    await asyncio.to_thread(installation.stop)
    installation.before = (unshare, "-m", "sh", "-c", shell, str(file))
    try:
        await asyncio.to_thread(installation.start)
        yield names
    finally:
        await asyncio.to_thread(installation.stop)
        installation.before = ()
        transport.close()
        await asyncio.to_thread(installation.start)
