"""Certificates of devices, and how a product's devices prove themselves."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.scope import Scope
from linli.ops.tls import Authority
from linli.things.certificates import service
from linli.things.certificates.service import DEFAULT_DAYS, MAX_DAYS, CertificateRow, common_name
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
    """What the device checks the server with."""


class RegisterRequest(msgspec.Struct, rename="camel"):
    certificate: Annotated[str, Meta(description="PEM, without a private key.")]


class AuthenticationView(msgspec.Struct, rename="camel"):
    secrets: bool
    certificates: bool


class DeviceCertificateRoutes(Controller):
    path = "/devices/{iot_id:str}/certificates"
    tags = ("devices",)

    @get("/", right="devices.use")
    async def list_certificates(
        self, iot_id: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[CertificateView]:
        """The newest first, revoked ones too."""
        rows = await service.list_certificates(within, db, iot_id=iot_id)
        return [CertificateView.of(row) for row in rows]

    @post("/", right="devices.manage", status_code=201)
    async def issue(
        self,
        iot_id: FromPath[str],
        data: JSONBody[IssueRequest],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        device_authority: NamedDependency[Authority],
    ) -> IssuedCertificate:
        """Make a key and a certificate for the device, signed by this installation's authority."""
        device = await get_device(within, db, iot_id=iot_id)
        name = common_name(device.product_key, device.device_name)
        now_ms = clock.now_ms()
        # Making a key takes a moment of the processor, and belongs into no transaction.
        made = await asyncio.to_thread(device_authority.issue_client, name, days=data.days, now_ms=now_ms)
        async with db.begin() as tx:
            row = await service.keep_issued(within, tx, iot_id=iot_id, pem=made.certificate, now_ms=now_ms)
        return IssuedCertificate(
            str(row.certificate_no), made.certificate.decode(), made.key.decode(), made.authority.decode()
        )

    @post("/register", right="devices.manage", status_code=201)
    async def register(
        self,
        iot_id: FromPath[str],
        data: JSONBody[RegisterRequest],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> CertificateView:
        """Let the device connect with a certificate made elsewhere."""
        async with db.begin() as tx:
            row = await service.register_certificate(
                within, tx, iot_id=iot_id, pem=data.certificate, now_ms=clock.now_ms()
            )
        return CertificateView.of(row)

    @delete("/{certificate_no:int}", right="devices.manage", status_code=204)
    async def revoke(
        self,
        iot_id: FromPath[str],
        certificate_no: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Refuse it from now on, and end the device's connection."""
        async with db.begin() as tx:
            await service.revoke_certificate(
                within, tx, iot_id=iot_id, certificate_no=certificate_no, now_ms=clock.now_ms()
            )


class ProductAuthenticationRoutes(Controller):
    path = "/products/{product_key:str}/authentication"
    tags = ("devices",)

    @get("/", right="devices.use")
    async def read(
        self, product_key: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> AuthenticationView:
        """How devices of the product may prove themselves."""
        found = await service.authentication_of(within, db, product_key=product_key)
        return AuthenticationView(found.secrets, found.certificates)

    @put("/", right="devices.manage", status_code=204)
    async def choose(
        self,
        product_key: FromPath[str],
        data: JSONBody[AuthenticationView],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """By secret, by certificate, or by either; for connections from now on."""
        async with db.begin() as tx:
            await service.choose_authentication(
                within, tx, product_key=product_key, secrets=data.secrets, certificates=data.certificates
            )
