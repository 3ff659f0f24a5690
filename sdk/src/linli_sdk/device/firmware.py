"""Firmware over the air: the notice, and a download that goes on where it broke off."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from linli_sdk.errors import ConnectionFailed, LinliError

_HASHES = {"md5": "md5", "sha256": "sha256"}


class ChecksumWrong(LinliError):
    """The file is not what was announced; it was removed."""


class Firmware(msgspec.Struct, rename="camel", frozen=True):
    """What the platform offers this device."""

    version: str
    url: str
    size: int
    sign: str
    sign_method: str = "Md5"
    module: str = "default"


async def download(
    firmware: Firmware,
    into: Path,
    *,
    tries: int = 5,
    progress: Callable[[int], None] | None = None,
    client: httpx.AsyncClient | None = None,
) -> Path:
    """Load the file to `into` (a path with its name), resuming what `<name>.part` holds, and check it.

    `progress` is called with the percentage. Raises ChecksumWrong; ConnectionFailed after `tries`.
    """
    part = into.with_name(f"{into.name}.part")
    own = client or httpx.AsyncClient(timeout=30)
    try:
        for attempt in range(tries):
            try:
                await _load(own, firmware, part, progress)
                break
            except httpx.HTTPError as error:
                if attempt + 1 == tries:
                    raise ConnectionFailed(f"the download failed: {error}") from error
                await asyncio.sleep(0.5 * 2**attempt)
    finally:
        if client is None:
            await own.aclose()
    digest = hashlib.new(_HASHES.get(firmware.sign_method.lower(), "md5"), part.read_bytes()).hexdigest()
    if digest != firmware.sign.lower() or part.stat().st_size != firmware.size:
        part.unlink()
        raise ChecksumWrong(f"{firmware.version}: {firmware.sign_method} {digest}, announced {firmware.sign}")
    return part.replace(into)


async def _load(
    client: httpx.AsyncClient, firmware: Firmware, part: Path, progress: Callable[[int], None] | None
) -> None:
    have = _size(part)
    if have >= firmware.size:
        return
    headers = {"range": f"bytes={have}-"} if have else {}
    async with client.stream("GET", firmware.url, headers=headers) as answer:
        answer.raise_for_status()
        if have and answer.status_code != 206:
            have = 0
        with part.open("ab" if have else "wb") as file:
            async for piece in answer.aiter_bytes():
                file.write(piece)
                have += len(piece)
                if progress is not None:
                    progress(have * 100 // max(firmware.size, 1))


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def offered(data: Any) -> Firmware | None:
    """The firmware of a notice or an answer; None when there is nothing to load."""
    return (
        msgspec.convert(data, Firmware, strict=False) if isinstance(data, dict) and data.get("url") else None
    )
