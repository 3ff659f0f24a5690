"""RSA keys small enough for the doors: generation, the two key operations, DER in and out.

Crypto libraries refuse to make keys under 1024 bits and to sign without a digest, and the codes need both,
so the arithmetic is here: plain modular powers, the private one by the Chinese remainder theorem.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd
from typing import Self

from linli.protocols.qr_rsa import der

DEFAULT_BITS = 512
SMALLEST_BITS = 512
PUBLIC_EXPONENT = 65537
_ROUNDS = 40
"""Miller-Rabin rounds: a composite passes with probability below 4**-40."""


def _small_primes(limit: int) -> tuple[int, ...]:
    sieve = bytearray([1]) * limit
    sieve[:2] = b"\0\0"
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return tuple(number for number in range(limit) if sieve[number])


_SMALL_PRIMES = _small_primes(2000)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Modulus and public exponent, as stored on a door."""

    n: int
    e: int

    @property
    def size(self) -> int:
        """Length of the modulus in bytes."""
        return (self.n.bit_length() + 7) // 8

    def power(self, block: bytes) -> bytes:
        """The public-key operation on one block of `size` bytes. Raises ValueError on any other length."""
        number = int.from_bytes(block, "big")
        if len(block) != self.size or number >= self.n:
            raise ValueError("block does not fit the modulus")
        return pow(number, self.e, self.n).to_bytes(self.size, "big")

    def to_spki(self) -> bytes:
        """DER SubjectPublicKeyInfo; its Base64 is the value of the door property `RSAPublicKey`."""
        bits = b"\0" + der.write_integers((self.n, self.e))
        return der.write(der.SEQUENCE, der.write_algorithm() + der.write(der.BIT_STRING, bits))

    @classmethod
    def from_spki(cls, data: bytes) -> Self:
        """Read DER SubjectPublicKeyInfo. Raises KeyFormatError."""
        bits = der.read_only(der.read_algorithm(der.read_only(data, der.SEQUENCE)), der.BIT_STRING)
        if bits[:1] != b"\0":
            raise der.KeyFormatError("the public key is not a whole number of bytes")
        n, e = der.read_integers(der.read_only(bits[1:], der.SEQUENCE), 2)
        if n.bit_length() < SMALLEST_BITS or e < 3 or not e & 1:
            raise der.KeyFormatError("modulus or exponent is too small")
        return cls(n, e)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key pair: primes p and q, exponents e and d. Never logged: `repr` shows the size only."""

    p: int
    q: int
    e: int
    d: int

    def __repr__(self) -> str:
        return f"PrivateKey({(self.p * self.q).bit_length()} bits)"

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.p * self.q, self.e)

    def power(self, block: bytes) -> bytes:
        """The private-key operation on one block of the modulus' length."""
        number, key = int.from_bytes(block, "big"), self.public
        if len(block) != key.size or number >= key.n:
            raise ValueError("block does not fit the modulus")
        by_p = pow(number, self.d % (self.p - 1), self.p)
        by_q = pow(number, self.d % (self.q - 1), self.q)
        high = (by_p - by_q) * pow(self.q, -1, self.p) % self.p
        return (by_q + high * self.q).to_bytes(key.size, "big")

    def to_pkcs8(self) -> bytes:
        """DER PrivateKeyInfo around an RSAPrivateKey. Secret: seal it before it is stored."""
        p, q, d = self.p, self.q, self.d
        values = (0, p * q, self.e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
        key = der.write(der.OCTET_STRING, der.write_integers(values))
        return der.write(der.SEQUENCE, der.write(der.INTEGER, b"\0") + der.write_algorithm() + key)

    @classmethod
    def from_pkcs8(cls, data: bytes) -> Self:
        """Read DER PrivateKeyInfo. Raises KeyFormatError, also when the numbers do not make a key."""
        version, rest = der.read(der.read_only(data, der.SEQUENCE), der.INTEGER)
        if version != b"\0":
            raise der.KeyFormatError("unknown PrivateKeyInfo version")
        octets, _attributes = der.read(der.read_algorithm(rest), der.OCTET_STRING)
        zero, n, e, d, p, q, _dp, _dq, _qi = der.read_integers(der.read_only(octets, der.SEQUENCE), 9)
        if zero or p * q != n or min(p, q) < 3 or e * d % (p - 1) != 1 or e * d % (q - 1) != 1:
            raise der.KeyFormatError("the numbers are not an RSA key pair")
        return cls(p, q, e, d)


def generate_key(bits: int, random_bits: Callable[[int], int]) -> PrivateKey:
    """Make a key pair whose modulus has exactly `bits` bits.

    `random_bits(k)` returns k random bits as an integer: `secrets.randbits` in service, a seeded generator
    in tests. `bits` is even and at least 512. Takes some tens of milliseconds at 512 bits.
    """
    if bits < SMALLEST_BITS or bits % 2:
        raise ValueError(f"key size must be even and at least {SMALLEST_BITS} bits")
    while True:
        p, q = _prime(bits // 2, random_bits), _prime(bits // 2, random_bits)
        # Primes close to each other would let Fermat's method split the modulus (FIPS 186-5, A.1.3).
        if abs(p - q).bit_length() > bits // 2 - 100:
            p, q = max(p, q), min(p, q)
            common = (p - 1) * (q - 1) // gcd(p - 1, q - 1)
            return PrivateKey(p, q, PUBLIC_EXPONENT, pow(PUBLIC_EXPONENT, -1, common))


def _prime(bits: int, random_bits: Callable[[int], int]) -> int:
    """A prime with its two top bits set, so that two of them give a full modulus; p - 1 is coprime to e."""
    while True:
        candidate = random_bits(bits) | 0b11 << bits - 2 | 1
        if candidate % PUBLIC_EXPONENT != 1 and is_prime(candidate, random_bits):
            return candidate


def is_prime(number: int, random_bits: Callable[[int], int]) -> bool:
    """Trial division, then Miller-Rabin with random bases; a composite passes with probability below 4**-40."""
    for prime in _SMALL_PRIMES:
        if number % prime == 0:
            return number == prime
    if number < 2:
        return False
    twos = ((number - 1) & -(number - 1)).bit_length() - 1
    odd = (number - 1) >> twos
    for _ in range(_ROUNDS):
        base = 2 + random_bits(number.bit_length() + 64) % (number - 3)
        power = pow(base, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True
