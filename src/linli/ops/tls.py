"""An own certificate authority for a site, server certificates from it, and their reload.

Files (folder `tls` in the data folder, keys 0600): `ca.crt`, `ca.key`, `server.crt` (with the authority's behind
it), `server.key`. RSA with 2048 bits, since boards with small TLS stacks often lack elliptic curves. Certificates
from an ACME client are used by naming its files in the settings; a renewed file is read without a restart.
"""

import datetime as dt
import ipaddress
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from linli.kernel.clock import Clock
from linli.kernel.errors import BadInput, Conflict, NotFound

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
"""Browsers refuse server certificates that live longer."""
RENEW_BELOW_DAYS = 30
WATCH_SECONDS = 60.0
DEVICE_CIPHERS = (
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:DHE+AESGCM:kRSA+AESGCM:kRSA+AES:!aNULL:!eNULL:!PSK:!aDSS"
)
"""Fixed here, so that it does not depend on the Python build. RSA key exchange is last, for old C SDKs."""
_KEY_BITS = 2048
_DAY_MS = 86_400_000


class AuthorityExists(Conflict):
    """There is an authority already. A new one would not be trusted by devices and browsers that installed it."""

    code = "ops.authority_exists"


class NoAuthority(NotFound):
    """This installation has no certificate authority yet; `linli tls init` makes one."""

    code = "ops.no_authority"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Fields of a certificate. Times in UTC ms; `names` are host names and addresses as text."""

    names: tuple[str, ...]
    not_before_ms: int
    not_after_ms: int
    fingerprint: str
    """SHA-256 of the certificate, as browsers show it: upper-case hex pairs with colons."""

    def days_left(self, now_ms: int) -> int:
        return (self.not_after_ms - now_ms) // _DAY_MS


@dataclass(frozen=True, slots=True)
class ServedCertificate:
    """A certificate that the installation shows to browsers and devices."""

    kind: Literal["server", "authority"]
    certificate: Certificate
    own: bool
    """Made, and for a server renewed in time, by the installation itself."""


SOON_DAYS: Final = 30
"""A certificate that ends within these days waits for somebody."""


def count_ending(served: Iterable[ServedCertificate], now_ms: int) -> int:
    """How many wait for somebody: a server's that the installation renews by itself only if that is late."""
    return sum(
        row.certificate.days_left(now_ms) < SOON_DAYS - (row.own and row.kind == "server") for row in served
    )


@dataclass(frozen=True, slots=True)
class Issued:
    """PEM texts of a client's certificate, its private key, and the authority's certificate."""

    certificate: bytes
    key: bytes
    authority: bytes


class Authority:
    """The certificate authority of one installation, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate = folder / "ca.crt"
        self.server_certificate = folder / "server.crt"
        self.server_key = folder / "server.key"
        self._key = folder / "ca.key"

    def create(self, name: str, *, now_ms: int) -> Certificate:
        """Make the authority's key and certificate. Raises AuthorityExists."""
        if self._key.exists() or self.certificate.exists():
            raise AuthorityExists(folder=str(self.folder))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            _builder(subject, subject, key.public_key(), now_ms, AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(self._key, _pem_key(key), 0o600)
        _write(self.certificate, _pem(certificate), 0o644)
        return describe(certificate)

    def issue(self, names: list[str], *, now_ms: int) -> Certificate:
        """Issue the server's certificate for host names and IP addresses, with a new key. Raises NotFound, BadInput."""
        alternatives = [_alternative(name) for name in names]
        if not alternatives:
            raise BadInput(field="names", rule="required")
        issuer, issuer_key = self._load()
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            _builder(subject, issuer.subject, key.public_key(), now_ms, SERVER_DAYS)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True, key_encipherment=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
            )
            .sign(issuer_key, hashes.SHA256())
        )
        # The key first: a reader between the two writes sees a pair that does not match, and keeps the old one.
        _write(self.server_key, _pem_key(key), 0o600)
        _write(self.server_certificate, _pem(certificate) + _pem(issuer), 0o644)
        return describe(certificate)

    def issue_client(self, common_name: str, *, days: int, now_ms: int) -> Issued:
        """A certificate for a client, with a new key. Neither is stored. Raises NotFound."""
        issuer, issuer_key = self._load()
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            _builder(subject, issuer.subject, key.public_key(), now_ms, days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
            )
            .sign(issuer_key, hashes.SHA256())
        )
        return Issued(_pem(certificate), _pem_key(key), _pem(issuer))

    def renew(self, *, now_ms: int) -> Certificate | None:
        """Issue again for the same names if fewer than 30 days are left; else None. Raises NotFound."""
        present = read(self.server_certificate)
        if present.days_left(now_ms) >= RENEW_BELOW_DAYS:
            return None
        return self.issue(list(present.names), now_ms=now_ms)

    def _load(self) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
        if not self._key.exists():
            raise NoAuthority(what="certificate authority")
        key = serialization.load_pem_private_key(self._key.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise NotFound(what="RSA key", id=self._key.name)
        return x509.load_pem_x509_certificate(self.certificate.read_bytes()), key


def read(file: Path) -> Certificate:
    """The first certificate of a PEM file. Raises NotFound, BadInput."""
    try:
        return describe(x509.load_pem_x509_certificate(file.read_bytes()))
    except FileNotFoundError:
        raise NotFound(what="certificate", id=file.name) from None
    except ValueError as error:
        raise BadInput(field="certificate", rule="format", example="-----BEGIN CERTIFICATE-----") from error


def describe(certificate: x509.Certificate) -> Certificate:
    try:
        value = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(str(name.value) for name in value)
    except x509.ExtensionNotFound:
        names = ()
    return Certificate(
        names,
        int(certificate.not_valid_before_utc.timestamp() * 1000),
        int(certificate.not_valid_after_utc.timestamp() * 1000),
        certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
    )


class ServerTls:
    """The TLS context of listeners; new connections get a renewed certificate without a restart."""

    def __init__(self, certificate: Path, key: Path, *, ciphers: str = "") -> None:
        """`ciphers` of TLS 1.2, as OpenSSL writes them; empty: Python's. Raises OSError or ssl.SSLError when the pair
        cannot be used.
        """
        self._certificate = certificate
        self._key = key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        if ciphers:
            self.context.set_ciphers(ciphers)
        self.context.load_cert_chain(certificate, key)
        self._loaded = self._state()

    def reload_if_changed(self) -> bool:
        """Read the files again if they changed. A pair that does not match is tried again later."""
        state = self._state()
        if state == self._loaded:
            return False
        try:
            # Loaded into a separate context first: a half-written pair must not reach the listeners.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._certificate, self._key)
            self.context.load_cert_chain(self._certificate, self._key)
        except (OSError, ssl.SSLError):
            return False
        self._loaded = state
        return True

    async def watch(self, clock: Clock) -> None:
        """Look once a minute, until cancelled."""
        while True:
            await clock.sleep(WATCH_SECONDS)
            self.reload_if_changed()

    def _state(self) -> tuple[tuple[int, int, int], ...]:
        stamps = []
        for file in (self._certificate, self._key):
            try:
                status = file.stat()  # follows certbot's links
                stamps.append((status.st_ino, status.st_mtime_ns, status.st_size))
            except OSError:
                stamps.append((0, 0, 0))
        return tuple(stamps)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now_ms: int, days: int
) -> x509.CertificateBuilder:
    now = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))  # devices' clocks are not all right
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.encode("idna").decode())
    except UnicodeError as error:
        raise BadInput(field="names", rule="format", example="linli.example, 192.168.1.10") from error


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes, mode: int) -> None:
    """Replace a file atomically; it has its mode from the first byte on."""
    aside = file.with_name(f".{file.name}.part")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
