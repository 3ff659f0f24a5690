"""Signed forms of consent: a scan or a photograph, stored with the line of the ledger."""

import base64
import binascii
from typing import NamedTuple

from linli.domains.communities import image_header
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

BYTES_MAX = 4 * 1024 * 1024


class Proof(NamedTuple):
    content: bytes
    suffix: str


def checked(text: str, *, field: str) -> Proof:
    """A PDF, JPEG or PNG of at most 4 MiB in base64. Raises BadInput."""
    if len(text) > BYTES_MAX * 4 // 3 + 1024:
        raise BadInput(field=field, rule="picture_bytes", limit="4 MB")
    plain = text.partition(",")[2] if text.startswith("data:") else text
    try:
        content = base64.b64decode("".join(plain.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(field=field, rule="base64") from None
    if content.startswith(b"%PDF-"):
        return Proof(content, "pdf")
    header = image_header.read(content)
    if header is None or header.suffix not in ("jpg", "png"):
        raise BadInput(field=field, rule="proof_format")
    return Proof(content, header.suffix)


async def store(scope: Scope, objects: ObjectStore, proof: Proof, ids: Ids) -> str:
    """Store the bytes, before the transaction that refers to them. Returns the key."""
    key = f"{scope.tenant}/face-consents/{ids.hex(32)}.{proof.suffix}"
    await objects.put(key, proof.content)
    return key
