"""Browsers on one UDP port: ICE-lite, DTLS and SRTP. Runs in the child.

Whose a datagram is says its address, once a check with the password of an end came from there; before that the check's
name says it. Nothing else is read from an address that proved nothing.
Source: RFC 8445, 2.5; RFC 5764, 4.1 and 5.1.2; RFC 7983.
"""

import datetime
import hmac
import socket
from collections.abc import Callable
from typing import Final

import pylibsrtp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from linli.media.frames import Browser, BrowserState, Certificate, News
from linli.media.latch import Address
from linli.media.streams import BURST, Stream, send_to
from linli.protocols import rtp, stun

_MTU: Final = 1200
_DTLS: Final = range(20, 64)
_LIFE: Final = datetime.timedelta(days=365)
_LABEL: Final = b"EXTRACTOR-dtls_srtp"
_WINDOW: Final = 1024
"""Packets that may come late: a whole picture's."""
_PROFILES: Final = {
    "SRTP_AEAD_AES_128_GCM": (pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    "SRTP_AES128_CM_SHA1_80": (pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}
"""By its name in DTLS: the profile, bytes of key and of salt."""
_PREFERRED: Final = b"SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"


class BrowserStream(Stream):
    """One medium of a browser: all of them share its address."""

    def __init__(self, port: int, end: "BrowserEnd", tell: Callable[[News], None], *, video: bool) -> None:
        super().__init__(port, tell, video=video)
        self._end = end

    def send(self, data: bytes, now_ms: int) -> None:
        if not self.video and self._end.voice:
            data = data[:8] + self._end.voice.to_bytes(4) + data[12:]
        if self._end.send(data):
            self.sent += 1

    def send_control(self, data: bytes, now_ms: int) -> None:
        self._end.send_control(data)


class BrowserEnd:
    """One browser, from its answer to its end."""

    def __init__(self, port: "BrowserPort", order: Browser) -> None:
        self._port = port
        self._order = order
        self.number = order.number
        self.voice = order.voice
        self.address: Address | None = None
        self._theirs = order.renamed
        self._ours = {other: own for own, other in order.renamed.items()}
        self._connection = SSL.Connection(port.context, None)
        self._connection.set_accept_state()
        self._connection.set_ciphertext_mtu(_MTU)
        self._outbound: pylibsrtp.Session | None = None
        self._inbound: pylibsrtp.Session | None = None
        self._failed = False
        self.streams = [BrowserStream(at, self, port.tell, video=video) for at, video, _ in order.media]
        self._by_kind = {
            kind: stream
            for stream, (_, _, kinds) in zip(self.streams, order.media, strict=True)
            for kind in kinds
        }

    def check(self, data: bytes, source: Address) -> None:
        """A connectivity check."""
        check = stun.answer_check(data, *source, fragment=self._order.fragment, password=self._order.password)
        if check is None:
            return
        if check.good and (self.address is None or check.nominated):
            self._port.move(self, source)
        if check.good:
            self.streams[0].signs += 1
        self._port.send(check.answer, source)

    # ------------------------------------------------------------ keys

    def shake_hands(self, data: bytes, source: Address) -> None:
        """A DTLS datagram."""
        if self._failed:
            return
        self._connection.bio_write(data)
        try:
            if self._outbound is None:
                self._connection.do_handshake()
                self._agree()
            else:
                self._connection.recv(2048)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self._fail()
        except (SSL.Error, ValueError):
            self._fail()
        while True:
            try:
                self._port.send(self._connection.bio_read(1500), source)
            except SSL.WantReadError:
                return

    def _agree(self) -> None:
        """Take the keys of a handshake. Raises ValueError for a browser that is not the one that answered."""
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        name = self._connection.get_selected_srtp_profile().decode("ascii")
        if certificate is None or name not in _PROFILES:
            raise ValueError("no certificate, or no profile in common")
        if not hmac.compare_digest(fingerprint_of(certificate), self._order.fingerprint.upper()):
            raise ValueError("another certificate than the answer named")
        profile, key, salt = _PROFILES[name]
        material = self._connection.export_keying_material(_LABEL, 2 * (key + salt))
        theirs = material[:key] + material[2 * key : 2 * key + salt]
        ours = material[key : 2 * key] + material[2 * key + salt :]
        self._inbound = _srtp(theirs, profile, pylibsrtp.Policy.SSRC_ANY_INBOUND)
        self._outbound = _srtp(ours, profile, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        self._port.tell(BrowserState(self.number, connected=True))

    def _fail(self) -> None:
        self._failed, self._outbound, self._inbound = True, None, None
        self._port.tell(BrowserState(self.number, connected=False))

    # ------------------------------------------------------------ packets

    def take(self, data: bytes, now_ns: int) -> None:
        if self._inbound is None:
            return
        try:
            if rtp.is_rtcp(data):
                self._hear(self._inbound.unprotect_rtcp(data), now_ns // 1_000_000)
            else:
                self._take_packet(self._inbound.unprotect(data), now_ns)
        except (pylibsrtp.Error, TypeError):
            self.streams[0].refused += 1

    def _take_packet(self, data: bytes, now_ns: int) -> None:
        head = rtp.read_head(data)
        stream = None if head is None else self._by_kind.get(head.payload_type)
        if head is None or stream is None or stream.budget <= 0:
            self.streams[0].refused += 1
        elif (kind := self._theirs.get(head.payload_type)) is not None:
            stream.pass_on(head._replace(payload_type=kind), _named(data, kind), now_ns)
        else:
            stream.pass_on(head, data, now_ns)

    def _hear(self, data: bytes, now_ms: int) -> None:
        for word in rtp.read_compound(data) or ():
            stream = next(
                (
                    stream
                    for stream in self.streams
                    if stream.source is not None and stream.source.reception.ssrc == word.of
                ),
                None,
            )
            if stream is None or stream.source is None or stream.budget <= 0:
                continue
            stream.budget -= 1
            stream.signs += 1
            if isinstance(word, rtp.PictureLoss):
                stream.source.ask_picture(now_ms)
            else:
                stream.reported_lost = max(0, word.lost)

    def send(self, data: bytes) -> bool:
        if self._outbound is None or self.address is None:
            return False
        if self._ours and (kind := self._ours.get(data[1] & 0x7F)) is not None:
            data = _named(data, kind)
        try:
            self._port.send(self._outbound.protect(data), self.address)
        except pylibsrtp.Error:
            return False
        return True

    def send_control(self, data: bytes) -> None:
        if self._outbound is not None and self.address is not None:
            try:
                self._port.send(self._outbound.protect_rtcp(data), self.address)
            except pylibsrtp.Error:
                return


class BrowserPort:
    """The port of all browsers."""

    def __init__(self, wire: socket.socket, tell: Callable[[News], None]) -> None:
        self.wire = wire
        self.tell = tell
        self.context, fingerprint = _context()
        self._ends: dict[int, BrowserEnd] = {}
        self._by_fragment: dict[str, BrowserEnd] = {}
        self._by_address: dict[Address, BrowserEnd] = {}
        tell(Certificate(fingerprint))

    def add(self, order: Browser) -> list[BrowserStream]:
        end = self._ends[order.number] = self._by_fragment[order.fragment] = BrowserEnd(self, order)
        return end.streams

    def remove(self, number: int, fragment: str) -> None:
        end = self._ends.pop(number, None)
        self._by_fragment.pop(fragment, None)
        if end is not None:
            self._leave(end)

    def move(self, end: BrowserEnd, address: Address) -> None:
        """This end is at this address now."""
        self._leave(end)
        if (before := self._by_address.get(address)) is not None:
            before.address = None  # one page joined anew from where it was
        end.address = address
        self._by_address[address] = end

    def _leave(self, end: BrowserEnd) -> None:
        if end.address is not None and self._by_address.get(end.address) is end:
            del self._by_address[end.address]

    def send(self, data: bytes, target: Address) -> None:
        send_to(self.wire, data, target)

    def read(self, now_ns: int) -> None:
        for _ in range(BURST):
            try:
                data, place = self.wire.recvfrom(rtp.MAX_PACKET + 1)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue
            if len(data) > rtp.MAX_PACKET or not data:
                continue
            source: Address = place[:2]
            if stun.is_stun(data):
                message = stun.read(data)
                name = "" if message is None else message.username or ""
                end = self._by_fragment.get(name.partition(":")[0])
                if end is not None:
                    end.check(data, source)
                continue
            end = self._by_address.get(source)
            if end is None:
                continue
            if data[0] in _DTLS:
                end.shake_hands(data, source)
            else:
                end.take(data, now_ns)


def _named(data: bytes, kind: int) -> bytes:
    """A packet with another payload type."""
    return bytes((data[0], data[1] & 0x80 | kind)) + data[2:]


def fingerprint_of(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _srtp(key: bytes, profile: int, direction: int) -> pylibsrtp.Session:
    policy = pylibsrtp.Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.allow_repeat_tx = True  # what comes twice goes on twice
    policy.window_size = _WINDOW
    return pylibsrtp.Session(policy)


def _context() -> tuple[SSL.Context, str]:
    """A certificate that nobody vouches for: its fingerprint goes by the signalling."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "linli")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + _LIFE)
        .sign(key, hashes.SHA256())
    )
    context = SSL.Context(SSL.DTLS_METHOD)
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _any_certificate)
    context.set_tlsext_use_srtp(_PREFERRED)
    return context, fingerprint_of(certificate)


def _any_certificate(*_: object) -> bool:
    """Which one it must be is compared after the handshake."""
    return True
