"""`Credentials` of `SendOssStsToken`: where a device may put a file, sealed with its own secret. Spec A 4.2, 4.6."""

import base64
from typing import Any

import msgspec
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def seal(device_secret: str, plain: bytes) -> str:
    """Base64 of AES/ECB/PKCS5 with the first 16 characters of the device secret, as specified."""
    encryptor = Cipher(algorithms.AES(device_secret[:16].encode()), modes.ECB()).encryptor()
    padder = padding.PKCS7(128).padder()
    padded = padder.update(plain) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def unseal(device_secret: str, credentials: str) -> dict[str, Any]:
    """The fields that were sealed."""
    decryptor = Cipher(algorithms.AES(device_secret[:16].encode()), modes.ECB()).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    plain = decryptor.update(base64.b64decode(credentials)) + decryptor.finalize()
    fields: dict[str, Any] = msgspec.json.decode(unpadder.update(plain) + unpadder.finalize())
    return fields
