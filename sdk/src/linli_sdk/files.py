"""Uploading a file: fetch a ticket, POST the file as a form under the ticket's policy, turn its key into an uploadId."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Literal

import httpx

from linli_sdk.api.communities.models import FileSaved, Ticket
from linli_sdk.client import Linli
from linli_sdk.client_async import AsyncLinli
from linli_sdk.errors import LinliError

BizCode = Literal["DEFAULT", "COMMUNITY_FILE", "HOUSEHOLD_FACE"]


class UploadRefused(LinliError):
    """The file was not taken: too large, ticket over."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text}")
        self.status = status


def upload(
    client: Linli,
    file: Path | bytes,
    *,
    biz_code: BizCode = "DEFAULT",
    name: str = "",
    type: str = "picture",
    url_timeout_s: int | None = None,
) -> FileSaved:
    """Send a picture and get its uploadId and a signed address. Raises UploadRefused, ApiError, ConnectionFailed."""
    content, name = _content(file, name)
    ticket = client.communities.get_ticket(type=type)
    address, form, key = _form(client.options.url, ticket, name)
    _check(client.http.post(address, data=form, files={"file": (name, content)}))
    return client.communities.save_file(
        tmp_oss_key=key, biz_code=biz_code, community_id=client.community_id, url_timeout=url_timeout_s
    )


async def async_upload(
    client: AsyncLinli,
    file: Path | bytes,
    *,
    biz_code: BizCode = "DEFAULT",
    name: str = "",
    type: str = "picture",
    url_timeout_s: int | None = None,
) -> FileSaved:
    """`upload` on asyncio. A path is read at once: pictures are small."""
    content, name = _content(file, name)
    ticket = await client.communities.get_ticket(type=type)
    address, form, key = _form(client.options.url, ticket, name)
    _check(await client.http.post(address, data=form, files={"file": (name, content)}))
    return await client.communities.save_file(
        tmp_oss_key=key, biz_code=biz_code, community_id=client.community_id, url_timeout=url_timeout_s
    )


def _content(file: Path | bytes, name: str) -> tuple[bytes, str]:
    if isinstance(file, Path):
        return file.read_bytes(), name or file.name
    return file, name or f"{uuid.uuid4().hex}.jpg"


def _form(url: str, ticket: Ticket, name: str) -> tuple[str, dict[str, str], str]:
    """Address, fields and key. The contract's `host` has no scheme: that of the platform's address is taken."""
    key = f"{ticket.dir}/{name}"
    form = {
        "key": key,
        "OSSAccessKeyId": ticket.access_id,
        "policy": ticket.policy,
        "signature": ticket.signature,
        "success_action_status": "200",
    }
    return f"{httpx.URL(url).scheme}://{ticket.host}", form, key


def _check(answer: httpx.Response) -> None:
    if not answer.is_success:
        raise UploadRefused(answer.status_code, answer.text[:300])
