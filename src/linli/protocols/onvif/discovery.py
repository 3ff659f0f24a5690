"""Cameras of a network by WS-Discovery: a probe, and what answers it. WS-Discovery 2005/04; ONVIF Core 22.06, 7."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from linli.protocols.onvif.soap import OnvifBroken, action_of
from linli.protocols.onvif.tree import Node

GROUP: Final = ("239.255.255.250", 3702)
MATCHES_MOST: Final = 16
"""Of one answer; a camera has one."""
_SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_DISCOVERY: Final = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_NETWORK: Final = "http://www.onvif.org/ver10/network/wsdl"
_SPACES: Final = f'xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}" xmlns:d="{_DISCOVERY}" xmlns:dn="{_NETWORK}"'
_SCOPE: Final = "onvif://www.onvif.org/"
_WORD: Final = 64


@dataclass(frozen=True, slots=True)
class Match:
    endpoint: str
    """Its own id: stays when its address changes."""
    addresses: tuple[str, ...]
    name: str
    hardware: str

    def port_at(self, host: str) -> int:
        """Of its device service at that host; where it names others alone, that of the first."""
        ports: dict[str, int] = {}
        for address in self.addresses:
            try:
                parts = urlsplit(address)
                ports.setdefault(parts.hostname or "", parts.port or 80)
            except ValueError:
                continue
        return ports.get(host, next(iter(ports.values()), 80))


def probe(message_id: str) -> bytes:
    """For all cameras. `message_id`: `urn:uuid:…`, which answers repeat."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {_SPACES}><s:Header>'
        f"<a:Action>{_DISCOVERY}/Probe</a:Action><a:MessageID>{message_id}</a:MessageID>"
        "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
        "<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
    ).encode()


def matches(data: bytes, message_id: str) -> list[Match]:
    """What an answer to our probe tells; empty for what answers another. Raises OnvifBroken."""
    envelope, body = action_of(data)
    head = envelope.child("Header")
    if head is None or head.words("RelatesTo") != message_id or body.name != "ProbeMatches":
        return []
    rows = [_match(each) for each in body.all("ProbeMatch")[:MATCHES_MOST]]
    return [row for row in rows if row.endpoint]


def _match(node: Node) -> Match:
    scopes = [
        unquote(word.removeprefix(_SCOPE)) for word in node.words("Scopes").split() if word.startswith(_SCOPE)
    ]

    def word(kind: str) -> str:
        words = (scope.removeprefix(kind + "/") for scope in scopes if scope.startswith(kind + "/"))
        return " ".join(next(words, "").replace("\0", "").split())[:_WORD]

    endpoint = node.words("EndpointReference", "Address")[:128]
    return Match(endpoint, tuple(node.words("XAddrs").split()[:8]), word("name"), word("hardware"))


def probe_id(data: bytes) -> str:
    """As a camera reads a probe: its id; empty for what is none. Raises OnvifBroken."""
    envelope, body = action_of(data)
    head = envelope.child("Header")
    return head.words("MessageID") if head is not None and body.name == "Probe" else ""


def answer(message_id: str, match: Match) -> bytes:
    """As a camera gives it."""
    scopes = f"{_SCOPE}type/video_encoder {_SCOPE}name/{match.name} {_SCOPE}hardware/{match.hardware}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {_SPACES}><s:Header>'
        f"<a:Action>{_DISCOVERY}/ProbeMatches</a:Action><a:RelatesTo>{message_id}</a:RelatesTo></s:Header>"
        "<s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference>"
        f"<a:Address>{match.endpoint}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>"
        f"<d:Scopes>{scopes}</d:Scopes><d:XAddrs>{' '.join(match.addresses)}</d:XAddrs>"
        "<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()


__all__ = ["GROUP", "Match", "OnvifBroken", "answer", "matches", "probe", "probe_id"]
