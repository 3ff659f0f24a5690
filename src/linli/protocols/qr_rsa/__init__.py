"""Encrypted door QR codes: RSA keys, their DER forms, and the text of a code.

A code is `<qrCode>:<epoch seconds>` put through the RSA private-key operation with PKCS#1 v1.5
block type 1 padding and no digest, then Base64. The platform holds the private key of a community,
its doors the public key (property `RSAPublicKey`). Source: spec A 4.3, spec B 4.4.

512-bit keys are what the 88-character contract and the doors in the field ask for. They are weak by
today's measure: keep a code's life short, and let the door check its own permission list as well.
"""

from linli.protocols.qr_rsa.codes import (
    CodeError,
    SealedCode,
    longest_code,
    open_code,
    seal_code,
)
from linli.protocols.qr_rsa.der import KeyFormatError
from linli.protocols.qr_rsa.keys import (
    DEFAULT_BITS,
    PrivateKey,
    PublicKey,
    generate_key,
)

__all__ = [
    "DEFAULT_BITS",
    "CodeError",
    "KeyFormatError",
    "PrivateKey",
    "PublicKey",
    "SealedCode",
    "generate_key",
    "longest_code",
    "open_code",
    "seal_code",
]
