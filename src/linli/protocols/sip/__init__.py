"""SIP without I/O and without a clock: messages, digest, transactions and dialogs.

Source: RFC 3261 with 3581, 5626, 6026 and 7616; what field devices do, spec A 4.1 and G 3.6. A server
owns sockets and time, and gives both in. Reliable provisional answers (RFC 3262) are not served: none of the devices
asks for them, and a request that requires them is refused with 420.
"""

from .answers import acknowledge, cancel, respond
from .checks import KNOWN_METHODS, REASONS, Refusal, answer_via, examine, usable
from .dialogs import Dialog, DialogKey, Forks, key_of_request
from .digest import Challenge, Credentials, Nonces, proves, read_challenge, read_credentials, user_hash
from .digest import answer as digest_answer
from .errors import Malformed, NotSip
from .fields import COOKIE, Address, CSeq, Via, contact_seconds, read_address, read_via
from .framing import PING, PONG, StreamReader
from .message import MAX_MESSAGE, BrokenRequest, Message, Request, Response, copied, read_datagram
from .uri import Uri, read_uri

__all__ = [
    "COOKIE",
    "KNOWN_METHODS",
    "MAX_MESSAGE",
    "PING",
    "PONG",
    "REASONS",
    "Address",
    "BrokenRequest",
    "CSeq",
    "Challenge",
    "Credentials",
    "Dialog",
    "DialogKey",
    "Forks",
    "Malformed",
    "Message",
    "Nonces",
    "NotSip",
    "Refusal",
    "Request",
    "Response",
    "StreamReader",
    "Uri",
    "Via",
    "acknowledge",
    "answer_via",
    "cancel",
    "contact_seconds",
    "copied",
    "digest_answer",
    "examine",
    "key_of_request",
    "proves",
    "read_address",
    "read_challenge",
    "read_credentials",
    "read_datagram",
    "read_uri",
    "read_via",
    "respond",
    "usable",
    "user_hash",
]
