"""Everything that asks for no right, with the reason why it needs none.

`test_open_to_all` compares it with what the routers of all applications hold, so a new route, prefix, WebSocket or call
of a box is in here, or behind a right.

What is behind a right is not named: its router refuses to start without one (`console.app.RouteSaysNothing`).
"""


def _each(reason: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, reason)


_BEFORE = "comes before any session: counted by address and log-in, tells nothing of anybody"
_OWN_SESSION = "the caller's own sessions and log-in"
_TICKET = "names a ticket of 256 random bits that only the caller's own screen or phone was shown"
_OWN_PUSH = "the caller's own browsers and choices"
_JOINING = "a log-in that belongs to no company yet finds its first one; what it names is decided by others"
_PART_BY_PART = "each kind of row under its own right and scope, asked for in the route"

CONSOLE_PUBLIC = {
    "GET /setup": "whether the installation was set up; nothing else",
    "POST /setup": "once, before there is any log-in, with the code that stands in the server's log",
    **_each(
        _BEFORE,
        "POST /session",
        "POST /session/code",
        "POST /session/code/verify",
        "GET /registration",
        "POST /registration",
        "POST /registration/code",
    ),
    "GET /invitations/{token}": "who invites, for whoever has the link; the token is 256 random bits",
    **_each(
        "names a link of random bits that the owner of a log-in was given to set a password, once",
        "POST /password-link",
        "POST /password-link/show",
    ),
    "GET /sign-in/providers": "names of the ways to sign in, which the sign-in page shows",
    "POST /sign-in/providers/{provider}/begin": "leads to a provider of the settings and back, bound to the browser",
    "GET /sign-in/providers/{provider}/answer": "the provider's answer, signed, for the browser that began",
    "POST /sign-in/scan": "makes a ticket for the browser that asks",
    **_each(_TICKET, "GET /sign-in/scan/{ticket}", "POST /sign-in/scan/{ticket}/enter"),
}
CONSOLE_SIGNED_IN = {
    **_each(
        _OWN_SESSION,
        "GET /session",
        "DELETE /session",
        "POST /session/password",
        "POST /session/password/code",
        "POST /session/password/by-code",
        "POST /session/phone",
        "POST /session/phone/code",
        "POST /session/tenant",
        "GET /sessions",
        "DELETE /sessions/{session_id}",
        "POST /sessions/revoke-others",
        "GET /session/agreements",
        "POST /session/agreements",
        "GET /session/links",
        "POST /session/links/known",
        "POST /session/links/{provider}/begin",
        "DELETE /session/links/{provider}",
    ),
    **_each(_TICKET, "GET /session/scans/{ticket}", "POST /session/scans/{ticket}"),
    **_each(
        "an offer to the company that the caller administers; the ticket and who may answer are looked at inside",
        "GET /session/upgrades/{ticket}",
        "GET /session/upgrades/{ticket}/state",
        "POST /session/upgrades/{ticket}",
    ),
    **_each(
        _JOINING,
        "GET /first-use",
        "GET /first-use/join-requests",
        "POST /first-use/join-requests",
        "POST /first-use/organisation",
        "POST /invitations/{token}/join",
    ),
    **_each(
        _PART_BY_PART,
        "GET /search",
        "GET /live",
        "GET /overview/first-steps",
        "GET /communities/{community_id}/history",
        "POST /communities/{community_id}/history/{change_no}/restore",
        "GET /history",
        "POST /history/{change_no}/restore",
    ),
    **_each(
        _OWN_PUSH,
        "GET /push/settings",
        "PUT /push/settings",
        "GET /push/key",
        "POST /push/subscription",
        "POST /push/subscription/drop",
        "POST /push/trial",
    ),
}

_GATE = "hangs at the gate: names of communities, buildings and doors, for choosing one's own"
_HOME = "a house that the caller's phone lives in (`Resident.home`); all others are not there"
_LIVED_IN = "a community that the caller lives in (`Resident.living`), and there the caller's own rows"
_SELF = "of the caller's own persons in every company"

RESIDENT_PUBLIC = {
    **_each(_BEFORE, "POST /session/code", "POST /session/code/verify"),
}
RESIDENT_SIGNED_IN = {
    **_each(
        _OWN_SESSION,
        "GET /session",
        "DELETE /session",
        "GET /sessions",
        "DELETE /sessions/{session_id}",
        "POST /sessions/revoke-others",
    ),
    **_each(
        _GATE,
        "GET /communities",
        "GET /communities/{community_id}",
        "GET /communities/{community_id}/form",
        "GET /communities/{community_id}/spaces",
    ),
    "POST /communities/{community_id}/houses/{house_id}/certification": "anybody may ask; the property decides",
    **_each(
        "the caller's own request for a house",
        "PUT /houses/{house_id}/certification",
        "DELETE /houses/{house_id}/certification",
    ),
    "GET /houses": "the caller's own houses and requests",
    **_each("calls to houses that the caller lives in", "GET /calls/now", "GET /calls/live"),
    "GET /communities/{community_id}/lifts": "lifts at houses that the caller lives in",
    **_each(
        _HOME,
        "GET /houses/{house_id}/calls",
        "POST /houses/{house_id}/calls/{call_id}/join",
        "PUT /houses/{house_id}/calls/{call_id}/picture",
        "POST /houses/{house_id}/calls/{call_id}/take",
        "POST /houses/{house_id}/calls/{call_id}/decline",
        "POST /houses/{house_id}/calls/{call_id}/hang-up",
        "POST /houses/{house_id}/calls/{call_id}/open",
        "POST /houses/{house_id}/calls/{call_id}/mute-bell",
        "POST /houses/{house_id}/lifts/{iot_id}/call",
        "GET /houses/{house_id}/call-settings",
        "PUT /houses/{house_id}/call-settings",
        "PUT /houses/{house_id}/duress",
        "PUT /houses/{house_id}/call-neighbour",
        "PUT /houses/{house_id}/call-neighbour/{asking_id}",
        "POST /houses/{house_id}/auto-open",
        "DELETE /houses/{house_id}/auto-open",
        "POST /houses/{house_id}/calls/{call_id}/message/watch",
        "DELETE /houses/{house_id}/calls/{call_id}/message",
        "GET /houses/{house_id}/terminals",
        "POST /houses/{house_id}/terminals",
        "PUT /houses/{house_id}/terminals/{bind_id}",
        "DELETE /houses/{house_id}/terminals/{bind_id}",
        "GET /houses/{house_id}/assets",
        "POST /houses/{house_id}/assets",
        "PUT /houses/{house_id}/assets/{asset_id}",
        "DELETE /houses/{house_id}/assets/{asset_id}",
        "GET /houses/{house_id}/members",
        "POST /houses/{house_id}/members",
        "DELETE /houses/{house_id}/members/{identity_id}",
        "POST /houses/{house_id}/invitations",
    ),
    **_each(
        "names a link of 256 random bits that a member of the house gave away",
        "GET /invitations/{code}",
        "POST /invitations/{code}",
    ),
    **_each(
        _LIVED_IN,
        "GET /communities/{community_id}/views",
        "GET /communities/{community_id}/doors/{iot_id}/looks",
        "GET /houses/{house_id}/camera-looks",
        "POST /communities/{community_id}/doors/{iot_id}/view",
        "PUT /communities/{community_id}/doors/{iot_id}/view/picture",
        "PUT /communities/{community_id}/doors/{iot_id}/view/voice",
        "POST /communities/{community_id}/doors/{iot_id}/view/leave",
        "GET /communities/{community_id}/parking",
        "GET /communities/{community_id}/parking/stays",
        "POST /communities/{community_id}/parking/stays/{stay_id}/payment",
        "GET /communities/{community_id}/vehicles",
        "POST /communities/{community_id}/vehicles",
        "PUT /communities/{community_id}/vehicles/{vehicle_id}",
        "DELETE /communities/{community_id}/vehicles/{vehicle_id}",
        "GET /communities/{community_id}/doors",
        "GET /communities/{community_id}/passes",
        "POST /communities/{community_id}/doors/{iot_id}/open",
        "POST /communities/{community_id}/doors/{iot_id}/redeliver",
        "GET /communities/{community_id}/doors/{iot_id}/code",
        "POST /communities/{community_id}/doors/{iot_id}/code",
        "POST /communities/{community_id}/key",
        "GET /communities/{community_id}/why",
        "GET /communities/{community_id}/bluetooth",
        "GET /communities/{community_id}/credentials",
        "PUT /communities/{community_id}/credentials/pin",
        "POST /communities/{community_id}/credentials/visitor-pin",
        "DELETE /communities/{community_id}/credentials/{credential_id}",
        "GET /communities/{community_id}/face",
        "POST /communities/{community_id}/face",
        "DELETE /communities/{community_id}/face",
        "POST /communities/{community_id}/face/look",
        "GET /communities/{community_id}/face/erasures",
        "GET /communities/{community_id}/notices",
        "GET /communities/{community_id}/notices/{notice_id}",
        "GET /communities/{community_id}/visits",
        "POST /communities/{community_id}/visits",
        "POST /communities/{community_id}/visits/{apply_id}/admit",
        "POST /communities/{community_id}/visits/{apply_id}/refuse",
        "POST /communities/{community_id}/visits/{apply_id}/void",
    ),
    **_each(
        _OWN_PUSH,
        "GET /push/settings",
        "PUT /push/settings",
        "GET /push/key",
        "POST /push/subscription",
        "POST /push/subscription/drop",
        "POST /push/trial",
    ),
    **_each(
        _SELF,
        "GET /my-data",
        "GET /my-data/topics/{topic}",
        "GET /my-data/reads",
        "GET /my-data/exports",
        "POST /my-data/exports",
        "GET /my-data/deletion-requests",
        "POST /my-data/deletion-requests",
        "POST /my-data/deletion-requests/{request_id}/withdraw",
    ),
}

TERMINAL_PUBLIC = {
    "GET /session": "says whether the asking page is bound, by its own token; nothing of anybody",
    "POST /session/code": "makes a code for the asking page, counted by address; who scans it says where it belongs",
    "POST /session": "gives a page the token of the terminal that somebody bound by its code",
}
_OWN_TERMINAL = "a page that a member or the property bound: its own home, or the office's community"
TERMINAL_BOUND = _each(
    _OWN_TERMINAL,
    "DELETE /session",
    "PUT /session/token",
    "GET /place",
    "GET /live",
    "GET /doors",
    "POST /doors/{iot_id}/open",
    "POST /doors/{iot_id}/view",
    "PUT /doors/{iot_id}/view/picture",
    "PUT /doors/{iot_id}/view/voice",
    "POST /doors/{iot_id}/view/leave",
    "GET /calls",
    "POST /calls/{call_id}/join",
    "PUT /calls/{call_id}/picture",
    "POST /calls/{call_id}/take",
    "POST /calls/{call_id}/decline",
    "POST /calls/{call_id}/hang-up",
    "POST /calls/{call_id}/open",
    "POST /property-call",
    "POST /property-call/join",
    "PUT /property-call/picture",
    "POST /property-call/hang-up",
    "GET /lifts",
    "PUT /lifts/floor",
    "POST /lifts/{iot_id}/call",
    "GET /notices",
    "PUT /notices/{notice_id}/read",
)

WEB_PLACES = {
    "/healthz": "says `ok`",
    "/readyz": "names the parts that cannot serve, and no more",
    "/metrics": "for callers from this machine that no proxy passed on",
    "/ca.pem": "the certificate of the own authority, which whoever connects is shown anyway",
    "/ca.der": "the same in binary",
    "/ca.json": "its fingerprint and the names of the server, as its certificate says",
    "/files/": "one object for whoever has its signed address, until it ends",
    "/api/console": "its routes say themselves who may call them",
    "/api/resident": "its routes say themselves who may call them",
    "/api/terminal": "its routes say themselves who may call them",
    "/m": "built pages of residents: the same files for everybody",
    "/staff": "built pages of staff: the same files for everybody",
    "/terminal": "built pages of indoor terminals: the same files for everybody",
    "/help": "built manuals: the same files for everybody, about the product and not about anybody",
    "/oss": "takes a file with a signed ticket; gives nothing back",
    "/park": "whole plates, counted, and what a car owes: no entry times, no pictures; for whoever has a lot's link",
    "/park/lane/": "a plate and what it owes at an exit, for whoever has the code that the lane's box signed",
    "/v": "one visitor's pass for whoever has its sealed link",
    "/shop": "a merchant's page by its long link; gives coupons to who typed its PIN, of which wrong ones are counted",
    "/coupon": "one coupon of a code on a merchant's screen, for the one phone that scanned it within a minute",
    "/ticket": "a lane's printed code: a ticket where a car waits; tells a phone of its own ticket alone (ADR 0123)",
    "/bell": "rings homes from an entrance's printed code: tells its name, and nothing of homes (ADR 0115)",
    "/r": "the form behind a community's registration QR; tells its name alone",
    "/edge": "boxes: signed with the box's secret, but for the calls in BOX_OPEN",
    "/box-page/": "a page inside a box, for the session that opened the visit and has its word",
    "/subscriptions/": "event streams: signed with the key of the subscription, or a ticket of it",
    "/rabbitmq/auth/": "RabbitMQ on this machine, or with the token of the settings: allow or deny, nothing else",
    "(form at /)": "takes a file with a signed ticket; gives nothing back",
    "(open API)": "signed with an app key, whose project, services and cloudToken are its scope",
    "(pages)": "built pages of the console: the same files for everybody",
}
WEB_SOCKETS = {
    "/mqtt": "the front of devices: a signed CONNECT, then that device's topics",
    "/robots/lifts": "a robot with its key, of the lifts and floors that it was given",
    "/edge/tunnel/": "a box with the ticket that its own heartbeat brought",
    "/api/console/live": "a signed-in person, from our own pages, with the rights of each topic",
    "/api/console/guard-desk/live": "a signed-in person, from our own pages, who may open doors of the community",
    "/api/resident/calls/live": "a signed-in resident, from our own pages, of the houses that they live in",
    "/api/terminal/live": "a page that somebody bound as a terminal, from our own pages, of its own home or office",
    "/api/console/tunnel/": "a person with the ticket of the visit they opened, from our own pages, once",
}
DEVICE_HTTP = {
    "/auth/register/device": "a device registers with its product's secret",
    "/auth/devicename": "a device asks where to go with its product's secret",
}
BOX_OPEN = {
    "POST /edge/activate": "a box without a secret yet: serial number and activation code, counted",
}
BOX_SIGNED = _each(
    "the box's own deployment, packages, pictures and rules: its secret says which box asks",
    "GET /edge/deployment",
    "POST /edge/deployment/{generation}/report",
    "POST /edge/pictures",
    "GET /edge/packages/{id}/{version}",
    "POST /edge/heartbeat",
    "POST /edge/logs",
    "GET /edge/passage-rules",
    "POST /edge/parking/records",
    "POST /edge/parking/pictures",
    "GET /edge/parking/rules",
    "POST /edge/parking/coupons",
    "POST /edge/parking/payments",
    "GET /edge/intercom/site",
    "POST /edge/intercom/calls",
    "GET /edge/security/config",
    "POST /edge/security/pictures",
    "POST /edge/security/reports",
    "POST /edge/security/state",
)
BOX_LAN = {
    "GET /api/hello": "the box's own page: whether it was ever signed in to",
    "POST /api/login": "the box's own page: counted",
    "/connect": "a door says which one it is, and gets the token that every further message needs",
}
"""On the network of the site."""
OPEN_API = {
    # (service, how it asks for a cloudToken): what is its scope where none is sent
    ("auth", "none"): "gives the cloudToken of a community that the key's project was granted",
    ("project", "none"): "projects that the key's own company made through it",
    ("community", "none"): "communities granted to the key's project",
    ("community", "optional"): "communities granted to the key's project, or the one of the token",
    ("device", "none"): "devices of the key's project",
    ("device", "optional"): "devices of the key's project, in the community of the token if one is sent",
    ("account", "none"): "accounts of the key's project",
    ("thing", "optional"): "devices of the key's project, in the community of the token if one is sent",
    ("access", "none"): "terminals on which an application of the key's project runs, in its communities",
    (
        "access",
        "optional",
    ): "doors and persons of the key's project, in the community of the token if one is sent",
    ("face", "optional"): "faces of the key's project, in the community of the token if one is sent",
    ("data", "optional"): "records whose scopeId the key's project was granted",
    ("data", "none"): "subscriptions of the keys of the project",
    ("iotx_parking_service_model", "none"): "asks the provider of the key's own project",
    ("smartSecurityService", "none"): "asks the provider of the key's own project",
}
