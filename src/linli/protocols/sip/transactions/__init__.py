"""The four transaction machines. Source: RFC 3261, 17, with the accepted state of RFC 6026.

A machine is given messages and the time, and gives back what is to be done. It asks to be woken at `deadline_ms`.
"""

from .client import ClientInvite, ClientRequest
from .keys import ClientKey, ServerKey, client_key, invite_of, server_key
from .machine import Action, Deliver, Failure, Machine, Send, Times
from .server import AnswerRepeat, ServerInvite, ServerRequest

__all__ = [
    "Action",
    "AnswerRepeat",
    "ClientInvite",
    "ClientKey",
    "ClientRequest",
    "Deliver",
    "Failure",
    "Machine",
    "Send",
    "ServerInvite",
    "ServerKey",
    "ServerRequest",
    "Times",
    "client_key",
    "invite_of",
    "server_key",
]
