"""SOAP 1.2 envelopes of ONVIF: requests, answers, faults."""

from typing import Final
from xml.sax.saxutils import escape

from linli.protocols.onvif.tree import Node, XmlBroken, read_xml

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
MEDIA: Final = "http://www.onvif.org/ver10/media/wsdl"
RECORDING: Final = "http://www.onvif.org/ver10/recording/wsdl"
PTZ: Final = "http://www.onvif.org/ver20/ptz/wsdl"
EVENTS: Final = "http://www.onvif.org/ver10/events/wsdl"
NOTICES: Final = "http://docs.oasis-open.org/wsn/b-2"
"""WS-BaseNotification: what a subscription is renewed and ended by, and how a notification looks."""
ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
_SPACES: Final = (
    f'xmlns:s="{SOAP}" xmlns:tds="{DEVICE}" xmlns:trt="{MEDIA}" xmlns:trc="{RECORDING}" '
    f'xmlns:tptz="{PTZ}" xmlns:tev="{EVENTS}" xmlns:wsnt="{NOTICES}" xmlns:wsa="{ADDRESSING}" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"'
)
_PREFIXES: Final = {
    DEVICE: "tds",
    MEDIA: "trt",
    RECORDING: "trc",
    PTZ: "tptz",
    EVENTS: "tev",
    NOTICES: "wsnt",
}
_REFUSALS: Final = frozenset(("NotAuthorized", "FailedAuthentication", "Unauthorized"))


class OnvifBroken(ValueError):
    """Not an answer of ONVIF."""


class OnvifFault(Exception):
    """The camera refused. `code` is its most particular subcode, without prefix."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code, self.reason = code, reason

    @property
    def is_refusal(self) -> bool:
        """Of user or password, or of the time of the log-in."""
        return self.code in _REFUSALS or "authoriz" in self.reason.lower()


def envelope(body: str, security: str = "") -> bytes:
    header = f"<s:Header>{security}</s:Header>" if security else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {_SPACES}>{header}<s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def request(service: str, operation: str, inner: str = "") -> str:
    """A body: `request(MEDIA, "GetProfiles")`."""
    prefix = _PREFIXES[service]
    return f"<{prefix}:{operation}>{inner}</{prefix}:{operation}>"


def escaped(text: str) -> str:
    """As the content of an element."""
    return escape(text)


def fault(code: str, reason: str) -> bytes:
    """A sender's fault, as a camera answers it."""
    return envelope(
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:{escape(code)}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en">{escape(reason)}</s:Text></s:Reason></s:Fault>'
    )


def action_of(data: bytes) -> tuple[Node, Node]:
    """The envelope of a request, and the one element of its body. Raises OnvifBroken."""
    try:
        root = read_xml(data)
    except XmlBroken as error:
        raise OnvifBroken(str(error)) from None
    body = root.child("Body")
    if root.name != "Envelope" or body is None or not body.children:
        raise OnvifBroken("no SOAP body")
    return root, body.children[0]


def body_of(data: bytes) -> Node:
    """The one element of an answer's body. Raises OnvifBroken, OnvifFault."""
    _, action = action_of(data)
    if action.name == "Fault":
        values = [node.text.strip() for node in action.walk() if node.name in ("Value", "faultcode")]
        words = action.find("Text") or action.find("faultstring")
        code = values[-1].rpartition(":")[2] if values else "Fault"
        raise OnvifFault(code[:80], words.text.strip()[:300] if words is not None else "")
    return action
