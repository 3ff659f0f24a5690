"""The authority of the installation, and certificates of a lot's device."""

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from linli.app.platform import Platform
from linli.ops.tls import Authority
from linli.things.certificates.service import register_certificate
from tests.scope.town import Lot


def certificate(name: str) -> str:
    """A self-signed certificate, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


async def add_certificates(platform: Platform, lot: Lot) -> None:
    authority = Authority(platform.settings.data_path / "tls")
    if not authority.certificate.exists():
        authority.create("Test CA", now_ms=platform.clock.now_ms())
    async with platform.db.begin() as tx:
        row = await register_certificate(
            lot.project.owner,
            tx,
            iot_id=lot.device,
            pem=certificate(lot.name),
            now_ms=platform.clock.now_ms(),
        )
    lot.certificate_no = row.certificate_no
