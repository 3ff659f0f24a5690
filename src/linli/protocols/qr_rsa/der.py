"""The two DER documents an RSA key travels in: SubjectPublicKeyInfo and PKCS#8 PrivateKeyInfo.

Only what these two need: SEQUENCE, INTEGER, BIT STRING, OCTET STRING, NULL, OBJECT IDENTIFIER, definite
lengths. Source: RFC 8017 appendix A.1, RFC 5280 4.1.2.7, RFC 5958 2, X.690.
"""

from collections.abc import Sequence

INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_ID, SEQUENCE = (
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x30,
)
RSA_ENCRYPTION = bytes.fromhex("2a864886f70d010101")
"""Object identifier 1.2.840.113549.1.1.1 in its DER content octets."""


class KeyFormatError(ValueError):
    """The bytes are not the DER document they should be."""


def write(tag: int, content: bytes) -> bytes:
    """One element: tag, length in the shortest form, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def write_integers(values: Sequence[int]) -> bytes:
    """A SEQUENCE of non-negative INTEGERs."""
    parts = (write(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big")) for value in values)
    return write(SEQUENCE, b"".join(parts))


def write_algorithm() -> bytes:
    """AlgorithmIdentifier of rsaEncryption with its NULL parameters."""
    return write(SEQUENCE, write(OBJECT_ID, RSA_ENCRYPTION) + write(NULL, b""))


def read(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """Take the first element off `data`; returns (content, rest).

    Raises KeyFormatError when the tag is another one, the length is not the shortest form, or bytes are
    missing.
    """
    if len(data) < 2 or data[0] != tag:
        raise KeyFormatError(f"expected DER tag {tag:#04x}")
    size, start = data[1], 2
    if size >= 0x80:
        start = 2 + (size & 0x7F)
        size = int.from_bytes(data[2:start], "big")
        if start == 2 or len(data) < start or size < 0x80 or data[2] == 0:
            raise KeyFormatError("DER length is not in its shortest form")
    if len(data) < start + size:
        raise KeyFormatError("DER element is cut short")
    return data[start : start + size], data[start + size :]


def read_only(data: bytes, tag: int) -> bytes:
    """The content of the one element that `data` must be; bytes after it are an error."""
    content, rest = read(data, tag)
    if rest:
        raise KeyFormatError("bytes after the DER element")
    return content


def read_integers(data: bytes, count: int) -> list[int]:
    """`count` non-negative INTEGERs, which must be all that `data` holds."""
    values = []
    for _ in range(count):
        content, data = read(data, INTEGER)
        if not content or content[0] >= 0x80:
            raise KeyFormatError("a key's INTEGER must be non-negative")
        values.append(int.from_bytes(content, "big"))
    if data:
        raise KeyFormatError("bytes after the last INTEGER")
    return values


def read_algorithm(data: bytes) -> bytes:
    """Check the AlgorithmIdentifier at the front of `data`; returns what follows it."""
    content, rest = read(data, SEQUENCE)
    if read(content, OBJECT_ID)[0] != RSA_ENCRYPTION:
        raise KeyFormatError("not an RSA key")
    return rest
