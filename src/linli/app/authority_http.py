"""The certificate of the installation's own authority, for clients that want to trust it. It is public, as all
certificates."""

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from linli.app.certificates import Certificates
from linli.app.http import JSON, HttpScope, answer
from linli.kernel.http import Receive, Send

PEM, DER, FACTS = "/ca.pem", "/ca.der", "/ca.json"


class AuthorityFiles:
    """GET PEM, DER and FACTS: the certificate in two forms, and its fingerprint. 404 where another authority signed."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, b"", ((b"allow", b"GET, HEAD"),))
            return
        trust = self._certificates.trust()
        if trust is None or trust.authority is None:
            await answer(send, 404)
            return
        pem = self._certificates.authority.certificate.read_bytes()
        path = scope["path"]
        if path == PEM:
            await _file(send, pem, b"application/x-pem-file", b"linli-ca.pem")
        elif path == DER:
            der = load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
            await _file(send, der, b"application/x-x509-ca-cert", b"linli-ca.crt")
        else:
            facts = {
                "sha256": trust.authority.fingerprint,
                "notAfterMs": trust.authority.not_after_ms,
                "names": trust.names,
            }
            await answer(send, 200, msgspec.json.encode(facts), (JSON,))


async def _file(send: Send, body: bytes, kind: bytes, name: bytes) -> None:
    await answer(
        send,
        200,
        body,
        (
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"content-disposition", b'attachment; filename="' + name + b'"'),
            (b"x-content-type-options", b"nosniff"),
        ),
    )
