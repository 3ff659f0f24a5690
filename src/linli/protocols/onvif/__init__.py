"""ONVIF as far as a recorder of ours speaks it: SOAP 1.2 with WS-UsernameToken, device, media, recording search,
turning and zooming, events.

Both directions: what a client asks and reads, what a camera answers. Pure; the client owns connections and clocks.
Sources: ONVIF Core Specification 22.06, Media Service Specification, Recording Control; WSS UsernameToken Profile 1.0.
"""

from linli.protocols.onvif import events, ptz
from linli.protocols.onvif.answers import (
    CameraIdentity,
    Channel,
    Profile,
    camera_identity,
    channels_of,
    media_uri,
    profiles,
    recordings,
    services,
    utc_ms,
)
from linli.protocols.onvif.security import (
    UsernameToken,
    created_ms,
    password_digest,
    read_token,
    security_header,
)
from linli.protocols.onvif.soap import (
    DEVICE,
    EVENTS,
    MEDIA,
    PTZ,
    RECORDING,
    OnvifBroken,
    OnvifFault,
    action_of,
    body_of,
    envelope,
    escaped,
    fault,
    request,
)
from linli.protocols.onvif.tree import Node, XmlBroken, read_xml

__all__ = [
    "DEVICE",
    "EVENTS",
    "MEDIA",
    "PTZ",
    "RECORDING",
    "CameraIdentity",
    "Channel",
    "Node",
    "OnvifBroken",
    "OnvifFault",
    "Profile",
    "UsernameToken",
    "XmlBroken",
    "action_of",
    "body_of",
    "camera_identity",
    "channels_of",
    "created_ms",
    "envelope",
    "escaped",
    "events",
    "fault",
    "media_uri",
    "password_digest",
    "profiles",
    "ptz",
    "read_token",
    "read_xml",
    "recordings",
    "request",
    "security_header",
    "services",
    "utc_ms",
]
