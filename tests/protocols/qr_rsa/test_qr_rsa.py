"""Door QR codes against the door maker's vectors, the `cryptography` library, and broken input."""

import json
import random
import secrets
from base64 import b64decode, b64encode
from operator import itemgetter
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
)
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols.qr_rsa import (
    CodeError,
    KeyFormatError,
    PrivateKey,
    PublicKey,
    SealedCode,
    generate_key,
    longest_code,
    open_code,
    seal_code,
)
from linli.protocols.qr_rsa.keys import is_prime

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
KEY = generate_key(512, random.Random(7).getrandbits)


def published_key() -> PublicKey:
    return PublicKey.from_spki(b64decode(VECTORS["public_key"]))


def test_published_public_key_both_ways() -> None:
    key = published_key()
    assert (key.n.bit_length(), key.e) == (VECTORS["bits"], VECTORS["exponent"])
    assert b64encode(key.to_spki()).decode() == VECTORS["public_key"]


@pytest.mark.parametrize("case", VECTORS["codes"], ids=itemgetter("name"))
def test_published_codes_open(case: dict[str, str | int]) -> None:
    assert open_code(published_key(), str(case["text"])) == SealedCode(
        str(case["code"]), int(case["expires_s"])
    )


@pytest.mark.parametrize("bits", [512, 768, 1024])
def test_a_new_key_has_the_size_asked_for_and_other_software_reads_it(
    bits: int,
) -> None:
    key = generate_key(bits, random.Random(bits).getrandbits)
    assert key.public.n.bit_length() == bits
    assert PrivateKey.from_pkcs8(key.to_pkcs8()) == key
    assert PublicKey.from_spki(key.public.to_spki()) == key.public
    theirs = load_der_private_key(key.to_pkcs8(), None)
    assert isinstance(theirs, rsa.RSAPrivateKey)
    assert theirs.private_numbers().p == key.p
    public = load_der_public_key(key.public.to_spki())
    assert isinstance(public, rsa.RSAPublicKey)
    sealed = b64decode(seal_code(key, "ALI24DD9END8CD3", 1589369696))
    assert (
        public.recover_data_from_signature(sealed, padding.PKCS1v15(), None) == b"ALI24DD9END8CD3:1589369696"
    )


def test_keys_come_from_the_given_randomness_alone() -> None:
    assert generate_key(512, random.Random(7).getrandbits) == KEY
    assert generate_key(512, random.Random(8).getrandbits) != KEY
    assert generate_key(512, secrets.randbits) != KEY


def test_the_private_key_does_not_print() -> None:
    assert repr(KEY) == "PrivateKey(512 bits)"


@pytest.mark.parametrize("bits", [256, 510, 513])
def test_weaker_or_odd_key_sizes_are_refused(bits: int) -> None:
    with pytest.raises(ValueError, match="512"):
        generate_key(bits, random.Random(1).getrandbits)


@given(
    code=st.from_regex(r"[0-9A-Za-z]{1,42}", fullmatch=True),
    expires_s=st.integers(0, 9_999_999_999),
)
def test_sealing_and_opening_agree(code: str, expires_s: int) -> None:
    text = seal_code(KEY, code, expires_s)
    assert len(text) == 88
    assert open_code(KEY.public, text) == SealedCode(code, expires_s)


def test_the_longest_code_fits_and_one_more_does_not() -> None:
    assert longest_code(KEY.public) == 42
    assert len(seal_code(KEY, "A" * 42, 1661011200)) == 88
    with pytest.raises(CodeError, match="42"):
        seal_code(KEY, "A" * 43, 1661011200)


@pytest.mark.parametrize(("code", "expires_s"), [("", 1), ("a:b", 1), ("中", 1), ("a\n", 1), ("A", -1)])
def test_unsealable_codes(code: str, expires_s: int) -> None:
    with pytest.raises(CodeError):
        seal_code(KEY, code, expires_s)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "A" * 88, "ALIF24DD9END8CD3:1661011200", "=" * 88, "中文", "AAAA"],
)
def test_text_that_is_no_code(text: str) -> None:
    with pytest.raises(CodeError):
        open_code(KEY.public, text)


def test_a_code_of_another_community_does_not_open() -> None:
    with pytest.raises(CodeError):
        open_code(KEY.public, VECTORS["codes"][0]["text"])


def block_of(payload: bytes, *, start: bytes = b"\x00\x01", fill: bytes = b"\xff") -> bytes:
    return start + fill * (64 - len(payload) - 3) + b"\x00" + payload


@pytest.mark.parametrize(
    "block",
    [
        block_of(b"code"),
        block_of(b":1661011200"),
        block_of(b"code:"),
        block_of(b"code:12a"),
        block_of("码:1661011200".encode()),
        block_of(b"code:1661011200", start=b"\x00\x02"),
        block_of(b"code:1661011200", fill=b"\xfe"),
        b"\x00\x01" + b"\xff" * 7 + b"\x00" + b"c" * 43 + b":1661011200",
        b"\x00\x01" + b"\xff" * 62,
        bytes(64),
    ],
    ids=range(10),
)
def test_wrong_blocks_are_refused(block: bytes) -> None:
    with pytest.raises(CodeError):
        open_code(KEY.public, b64encode(KEY.power(block)).decode())


@pytest.mark.parametrize("document", [KEY.public.to_spki(), KEY.to_pkcs8()], ids=["spki", "pkcs8"])
def test_every_cut_and_every_trailing_byte_of_a_key_is_refused(document: bytes) -> None:
    read = PublicKey.from_spki if document == KEY.public.to_spki() else PrivateKey.from_pkcs8
    for cut in range(len(document)):
        with pytest.raises(KeyFormatError):
            read(document[:cut])
    with pytest.raises(KeyFormatError):
        read(document + b"\0")


def test_a_key_pair_whose_numbers_do_not_belong_together_is_refused() -> None:
    wrong = PrivateKey(KEY.p, KEY.q, KEY.e, KEY.d + 2)
    with pytest.raises(KeyFormatError, match="key pair"):
        PrivateKey.from_pkcs8(wrong.to_pkcs8())


@pytest.mark.parametrize(
    "number",
    [0, 1, 4, 561, 1105, 2047, 3215031751, 2**89 - 3, (2**61 - 1) * (2**31 - 1)],
)
def test_composites_and_units_are_not_prime(number: int) -> None:
    assert not is_prime(number, random.Random(3).getrandbits)


@pytest.mark.parametrize("number", [2, 3, 1999, 2003, 2**31 - 1, 2**61 - 1, 2**127 - 1])
def test_primes_are_prime(number: int) -> None:
    assert is_prime(number, random.Random(3).getrandbits)
