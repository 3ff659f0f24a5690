"""Uploads to a bucket that broke off, as a killed process leaves them: their parts are stored, paid for and not seen.

obstore neither lists nor ends them by itself. It signs a URL, and a store whose address holds a query signs that too.
"""

import ssl
from datetime import datetime, timedelta
from typing import Final, Literal
from xml.etree.ElementTree import Element, ParseError, fromstring

import certifi
import httpx
import obstore

from linli.kernel.http.client import Client
from linli.kernel.objects.s3_bucket import Bucket, encoded
from linli.kernel.objects.shelf import StoreUnavailable

_GOOD_FOR: Final = timedelta(minutes=5)


async def remove_unfinished(bucket: Bucket, prefix: str, *, before_s: float) -> int:
    """End the uploads below `prefix` that began before `before_s`; how many. Raises StoreUnavailable."""
    authorities = ssl.create_default_context()
    authorities.load_verify_locations(certifi.where())
    async with Client(timeout=bucket.settings.timeout_seconds, trust_env=False, verify=authorities) as client:
        try:
            listed = await client.get(
                _signed(bucket, "GET", bucket.address, f"uploads=&prefix={encoded(prefix)}")
            )
        except httpx.HTTPError as error:
            raise StoreUnavailable(reason="it did not list unfinished uploads") from error
        if not listed.is_success:
            return 0  # not every store tells of uploads under way; such stores have rules of their own
        count = 0
        for upload in _parsed(listed.content).iter():
            if upload.tag.rpartition("}")[2] != "Upload":
                continue
            begun = datetime.fromisoformat(_text(upload, "Initiated").replace("Z", "+00:00"))
            if begun.timestamp() < before_s:
                address = f"{bucket.address}/{encoded(_text(upload, 'Key'), keep='/')}"
                query = f"uploadId={encoded(_text(upload, 'UploadId'))}"
                try:
                    ended = await client.delete(_signed(bucket, "DELETE", address, query))
                except httpx.HTTPError as error:
                    raise StoreUnavailable(reason="it did not end an unfinished upload") from error
                count += ended.is_success
        return count


def _signed(bucket: Bucket, method: Literal["GET", "DELETE"], address: str, query: str) -> str:
    """Behind the `#` stands what obstore takes for the path; nobody is sent it."""
    store = bucket.store(f"{address}?{query}#")
    return obstore.sign(store, method, "nothing", _GOOD_FOR).partition("#")[0]


def _parsed(body: bytes) -> Element:
    """An answer's XML. A document type, and with it every entity, is refused. Raises StoreUnavailable."""
    try:
        if b"<!DOCTYPE" in body[:4096]:
            raise ParseError("a document type")
        return fromstring(body)
    except ParseError as error:
        raise StoreUnavailable(reason="its answer is no XML") from error


def _text(element: Element, name: str) -> str:
    """The text of a child, whatever its namespace; empty when there is none."""
    child = next((child for child in element.iter() if child.tag.rpartition("}")[2] == name), None)
    return (child.text or "") if child is not None else ""
