"""Read a picture from a call: base64, or an address to fetch."""

import asyncio
import base64
import binascii
import hashlib
from typing import NamedTuple

import httpx

from linli.databus import address
from linli.domains.communities import image_header
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.http.client import Client
from linli.kernel.objects import ObjectStore

SIDE_MAX = 800
BYTES_MAX = 1024 * 1024
FETCH_SECONDS = 8.0
"""Seconds for a fetch. The call itself may take 10 s (spec E C1)."""
FORMATS = {"jpg": "image/jpeg", "png": "image/png"}


class Picture(NamedTuple):
    content: bytes
    suffix: str
    md5: str


def checked(content: bytes, *, field: str) -> Picture:
    """Raises BadInput unless it is a JPEG or PNG of at most 800 pixels a side and 1 MiB."""
    if len(content) > BYTES_MAX:
        raise BadInput(field=field, rule="picture_bytes", limit="1 MB")
    header = image_header.read(content)
    if header is None or header.suffix not in FORMATS or not header.width or not header.height:
        raise BadInput(field=field, rule="picture_format")
    if max(header.width, header.height) > SIDE_MAX:
        raise BadInput(field=field, rule="picture_side", limit=SIDE_MAX)
    return Picture(content, header.suffix, hashlib.md5(content, usedforsecurity=False).hexdigest())


def from_base64(text: str, *, field: str) -> Picture:
    """Decode base64, with or without the `data:` prefix of browsers. Raises BadInput."""
    if len(text) > BYTES_MAX * 4 // 3 + 1024:
        raise BadInput(field=field, rule="picture_bytes", limit="1 MB")
    plain = text.partition(",")[2] if text.startswith("data:") else text
    try:
        content = base64.b64decode("".join(plain.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(field=field, rule="base64") from None
    return checked(content, field=field)


class Fetcher:
    """Fetches pictures by address. `allow_private`: also from private networks, as for webhooks."""

    def __init__(self, objects: ObjectStore, *, allow_private: bool) -> None:
        self._objects = objects
        self._allow_private = allow_private

    async def get(self, url: str, *, field: str) -> Picture:
        """Raises BadInput naming `field`: a refused address, no answer in time, no valid picture."""
        return checked(await self.content(url, field=field), field=field)

    async def content(self, url: str, *, field: str) -> bytes:
        """The bytes at an address, up to 1 MiB. Raises BadInput naming `field`."""
        if url.startswith(f"{self._objects.base_url}/files/"):
            return await self._own(url, field)
        try:
            target = await address.check(url, allow_private=self._allow_private)
            pinned = await address.resolve(target, allow_private=self._allow_private)
        except BadInput as error:
            raise BadInput(**{**error.facts, "field": field}) from error
        return await self._fetch(target, pinned, field)

    async def _own(self, url: str, field: str) -> bytes:
        key = self._objects.key_of(url)
        try:
            assert key is not None
            self._objects.check(key, url.partition("?")[2], "GET")
            return await self._objects.get(key, limit=BYTES_MAX)
        except LinliError:
            raise BadInput(field=field, rule="fetch") from None

    async def _fetch(self, target: address.Target, pinned: str, field: str) -> bytes:
        """Connects to the address that was checked, and follows no redirect."""
        headers = {"host": target.host_header}
        extensions = {"sni_hostname": target.host} if target.scheme == "https" else {}
        content = b""
        try:
            async with (
                asyncio.timeout(FETCH_SECONDS),
                Client(timeout=FETCH_SECONDS, trust_env=False, verify=target.scheme == "https") as client,
                client.stream("GET", target.at(pinned), headers=headers, extensions=extensions) as answer,
            ):
                if answer.status_code != 200:
                    raise BadInput(field=field, rule="fetch_status", status=answer.status_code)
                async for piece in answer.aiter_bytes():
                    content += piece
                    if len(content) > BYTES_MAX:
                        raise BadInput(field=field, rule="picture_bytes", limit="1 MB")
        except (
            httpx.HTTPError,
            OSError,
            TimeoutError,
            AttributeError,
        ):  # the last: anyio, reset while connecting
            raise BadInput(field=field, rule="fetch") from None
        return content
