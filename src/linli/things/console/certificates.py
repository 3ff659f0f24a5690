"""Certificates of devices, and how a product's devices prove themselves."""

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.ops.tls import Authority
from linli.things.certificates import service
from linli.things.certificates.service import DEFAULT_DAYS, MAX_DAYS, CertificateRow, common_name
from linli.things.errors import CertificateKnown
from linli.things.queries.devices import get_device


class CertificateView(msgspec.Struct, rename="camel", frozen=True):
    certificate_no: str
    fingerprint: str
    """SHA-256, lower-case hex."""
    subject: str
    registered: bool
    """Made elsewhere, and registered here."""
    not_before_ms: int
    not_after_ms: int
    created_ms: int
    revoked_ms: int | None

    @staticmethod
    def of(row: CertificateRow) -> "CertificateView":
        return CertificateView(
            certificate_no=str(row.certificate_no),
            fingerprint=row.fingerprint,
            subject=row.subject,
            registered=bool(row.registered),
            not_before_ms=row.not_before_ms,
            not_after_ms=row.not_after_ms,
            created_ms=row.created_ms,
            revoked_ms=row.revoked_ms,
        )


class IssueRequest(msgspec.Struct, rename="camel"):
    days: Annotated[int, Meta(ge=1, le=MAX_DAYS, description="Days it is valid.")] = DEFAULT_DAYS


class IssuedCertificate(msgspec.Struct, rename="camel", frozen=True):
    """PEM texts. The private key is told this once and kept nowhere."""

    certificate_no: str
    certificate: str
    private_key: str
    authority: str
    """The certificate by which the device checks the server."""


class RegisterRequest(msgspec.Struct, rename="camel"):
    certificate: Annotated[str, Meta(description="PEM, without a private key.")]


class AuthenticationView(msgspec.Struct, rename="camel"):
    secrets: bool
    certificates: bool


device_certificate_routes = Routes("/devices/{iot_id:str}/certificates", tags=("devices",))


@device_certificate_routes.get(right="devices.use", raises=(NotFound,))
async def list_certificates(iot_id: str, scope: Scope, db: Database) -> list[CertificateView]:
    """The newest first, revoked ones too."""
    rows = await service.list_certificates(scope, db, iot_id=iot_id)
    return [CertificateView.of(row) for row in rows]


@device_certificate_routes.post(right="devices.manage", raises=(NotFound,))
async def issue(
    iot_id: str, data: IssueRequest, scope: Scope, db: Database, clock: Clock, device_authority: Authority
) -> IssuedCertificate:
    """Make a key and a certificate for the device, signed by this installation's authority."""
    device = await get_device(scope, db, iot_id=iot_id)
    name = common_name(device.product_key, device.device_name)
    now_ms = clock.now_ms()
    # Making a key takes a moment of the processor, and belongs into no transaction.
    thread = await asyncio.to_thread(device_authority.issue_client, name, days=data.days, now_ms=now_ms)
    async with db.begin() as tx:
        row = await service.keep_issued(scope, tx, iot_id=iot_id, pem=thread.certificate, now_ms=now_ms)
    return IssuedCertificate(
        str(row.certificate_no), thread.certificate.decode(), thread.key.decode(), thread.authority.decode()
    )


@device_certificate_routes.post("/register", right="devices.manage", raises=(NotFound, CertificateKnown))
async def register(iot_id: str, data: RegisterRequest, scope: Scope, tx: Tx, clock: Clock) -> CertificateView:
    """Let the device connect with a certificate made elsewhere."""
    row = await service.register_certificate(
        scope, tx, iot_id=iot_id, pem=data.certificate, now_ms=clock.now_ms()
    )
    return CertificateView.of(row)


@device_certificate_routes.delete("/{certificate_no:int}", right="devices.manage", raises=(NotFound,))
async def revoke(iot_id: str, certificate_no: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Refuse it from now on, and end the device's connection."""
    await service.revoke_certificate(
        scope, tx, iot_id=iot_id, certificate_no=certificate_no, now_ms=clock.now_ms()
    )


product_authentication_routes = Routes("/products/{product_key:str}/authentication", tags=("devices",))


@product_authentication_routes.get(right="devices.use", raises=(NotFound,))
async def read(product_key: str, scope: Scope, db: Database) -> AuthenticationView:
    """How devices of the product may prove themselves."""
    authentication = await service.authentication_of(scope, db, product_key=product_key)
    return AuthenticationView(authentication.secrets, authentication.certificates)


@product_authentication_routes.put(right="devices.manage", raises=(NotFound,))
async def choose(product_key: str, data: AuthenticationView, scope: Scope, tx: Tx) -> None:
    """By secret, by certificate, or by either; for connections from now on."""
    await service.choose_authentication(
        scope, tx, product_key=product_key, secrets=data.secrets, certificates=data.certificates
    )
