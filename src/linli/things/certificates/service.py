"""Issue, register, revoke and list certificates of devices; choose how a product's devices prove themselves."""

import hashlib
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import bindparam, delete, select, update

from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.things import audit
from linli.things.certificates.models import device_certificates, product_authentication
from linli.things.changes import Change, tell
from linli.things.errors import CertificateKnown
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.queries.products import get_product

MAX_PEM = 16 * 1024
DEFAULT_DAYS = 3650
"""Devices are seldom visited: a certificate lives as long as a device is expected to, and is revoked where needed."""
MAX_DAYS = 7300

_c = device_certificates.c


class CertificateRow(NamedTuple):
    certificate_no: int
    fingerprint: str
    subject: str
    registered: int
    not_before_ms: int
    not_after_ms: int
    created_ms: int
    revoked_ms: int | None


class Authentication(NamedTuple):
    """How devices of a product may prove themselves, and what is demanded of their connections."""

    secrets: bool = True
    certificates: bool = True
    tls_only: bool = False
    """Plain connections are refused."""
    fresh_time: bool = False
    """So are signatures whose time is old."""


_LIST = Query(
    select(*(_c[name] for name in CertificateRow._fields))
    .where(_c.device_no == bindparam("device_no", type_=INT), in_scope(device_certificates))
    .order_by(_c.certificate_no.desc()),
    CertificateRow,
)
_SAME = Query(
    select(_c.certificate_no).where(
        _c.device_no == bindparam("device_no", type_=INT), _c.fingerprint == bindparam("fingerprint")
    ),
    unscoped="the device was found in scope",
)
_REVOKE = Command(
    update(device_certificates)
    .where(
        _c.device_no == bindparam("device", type_=INT),
        _c.certificate_no == bindparam("no", type_=INT),
        _c.revoked_ms.is_(None),
        in_scope(device_certificates),
    )
    .values(revoked_ms=bindparam("now", type_=INT))
)
_FORGET = Command(
    delete(device_certificates).where(_c.device_no == bindparam("device", type_=INT)),
    unscoped="the device was deleted in scope",
)
_a = product_authentication.c
_AUTHENTICATION = Query(
    select(_a.secrets, _a.certificates, _a.tls_only, _a.fresh_time).where(
        _a.product_no == bindparam("product_no", type_=INT), in_scope(product_authentication)
    )
)


def common_name(product_key: str, device_name: str) -> str:
    """Of an issued certificate: `deviceName@productKey`."""
    return f"{device_name}@{product_key}"


def fingerprint_of(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


async def list_certificates(scope: Scope, db: Reader, *, iot_id: str) -> list[CertificateRow]:
    """The newest first, revoked ones too. Raises NotFound."""
    device = await get_device(scope, db, iot_id=iot_id)
    return await _LIST.all(db, scope, device_no=device.device_no)


async def keep_issued(scope: Scope, tx: Tx, *, iot_id: str, pem: bytes, now_ms: int) -> CertificateRow:
    """Let a device connect with a certificate that our authority just made for it. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    return await _keep(
        scope, tx, device, x509.load_pem_x509_certificate(pem), registered=False, now_ms=now_ms
    )


async def register_certificate(scope: Scope, tx: Tx, *, iot_id: str, pem: str, now_ms: int) -> CertificateRow:
    """Let a device connect with a certificate made elsewhere, self-signed too. Raises NotFound, BadInput,
    CertificateKnown.
    """
    device = await get_device(scope, tx, iot_id=iot_id)
    if len(pem) > MAX_PEM:
        raise BadInput(field="certificate", rule="too_long", limit=MAX_PEM)
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        kept = await _keep(scope, tx, device, certificate, registered=True, now_ms=now_ms)
    except ValueError as error:
        raise BadInput(field="certificate", rule="format", example="-----BEGIN CERTIFICATE-----") from error
    tell(tx, Change("device", device.device_no, device.product_key, device.device_name))
    return kept


async def revoke_certificate(scope: Scope, tx: Tx, *, iot_id: str, certificate_no: int, now_ms: int) -> None:
    """It is refused from now on, and the device's connection ends. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    if not await _REVOKE.run(tx, scope, device=device.device_no, no=certificate_no, now=now_ms):
        raise NotFound(what="certificate", id=str(certificate_no))
    tell(tx, Change("device", device.device_no, device.product_key, device.device_name, closes=True))


async def authentication_of(scope: Scope, db: Reader, *, product_key: str) -> Authentication:
    """Raises NotFound."""
    product = await get_product(scope, db, product_key=product_key)
    row = await _AUTHENTICATION.one(db, scope, product_no=product.product_no)
    return Authentication() if row is None else Authentication(*map(bool, row))


async def choose_authentication(
    scope: Scope, tx: Tx, *, product_key: str, secrets: bool, certificates: bool
) -> None:
    """For connections from now on. Raises NotFound, BadInput when nothing would be left."""
    if not (secrets or certificates):
        raise BadInput(field="certificates", rule="required")
    rule = (await authentication_of(scope, tx, product_key=product_key))._replace(
        secrets=secrets, certificates=certificates
    )
    await _choose(scope, tx, product_key, rule)


async def choose_demands(scope: Scope, tx: Tx, *, product_key: str, tls_only: bool, fresh_time: bool) -> None:
    """Set the rules for connections of a product's devices. Plain connections end if they are no longer allowed. Raises
    NotFound."""
    before = await authentication_of(scope, tx, product_key=product_key)
    after = before._replace(tls_only=tls_only, fresh_time=fresh_time)
    if after == before:
        return
    await _choose(scope, tx, product_key, after)
    changed = {
        name: [old, new]
        for name, old, new in (
            ("tlsOnly", before.tls_only, tls_only),
            ("freshTime", before.fresh_time, fresh_time),
        )
        if old != new
    }
    await audit.note(scope, tx, "product.changed", subject=product_key, facts=changed)


async def _choose(scope: Scope, tx: Tx, product_key: str, rule: Authentication) -> None:
    product = await get_product(scope, tx, product_key=product_key)
    row = {"product_no": product.product_no, "tenant_id": scope.tenant}
    row |= {name: int(value) for name, value in rule._asdict().items()}
    await tx.upsert(product_authentication, [row], keys=("product_no",), update=Authentication._fields)
    tell(tx, Change("product", product.product_no, product_key))


async def forget_certificates(tx: Tx, *, device_no: int) -> None:
    """The device is gone."""
    await _FORGET.run(tx, device=device_no)


async def _keep(
    scope: Scope,
    tx: Tx,
    device: DeviceRow,
    certificate: x509.Certificate,
    *,
    registered: bool,
    now_ms: int,
) -> CertificateRow:
    fingerprint = fingerprint_of(certificate.public_bytes(Encoding.DER))
    if await _SAME.scalar(tx, device_no=device.device_no, fingerprint=fingerprint) is not None:
        raise CertificateKnown
    subject = certificate.subject.rfc4514_string()[:256]
    not_before = int(certificate.not_valid_before_utc.timestamp() * 1000)
    not_after = int(certificate.not_valid_after_utc.timestamp() * 1000)
    number = await tx.insert(
        device_certificates,
        {
            "tenant_id": scope.tenant,
            "device_no": device.device_no,
            "fingerprint": fingerprint,
            "subject": subject,
            "registered": int(registered),
            "pem": certificate.public_bytes(Encoding.PEM).decode(),
            "not_before_ms": not_before,
            "not_after_ms": not_after,
            "created_ms": now_ms,
            "revoked_ms": None,
        },
    )
    return CertificateRow(
        certificate_no=number or 0,
        fingerprint=fingerprint,
        subject=subject,
        registered=int(registered),
        not_before_ms=not_before,
        not_after_ms=not_after,
        created_ms=now_ms,
        revoked_ms=None,
    )
