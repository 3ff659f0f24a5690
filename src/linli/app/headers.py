"""The headers of every answer to a browser, unless the answering part sets them: one place for all surfaces."""

from typing import Final

from linli.kernel.http import ASGIApp, Message, Receive, Send
from linli.kernel.settings import Settings

type Header = tuple[bytes, bytes]

_EACH: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (
        b"permissions-policy",
        (
            b"camera=(self), accelerometer=(), bluetooth=(), browsing-topics=(), display-capture=(), geolocation=(), "
            b"gyroscope=(), hid=(), magnetometer=(), microphone=(self), midi=(), payment=(), serial=(), usb=()"
        ),
    ),
)
"""Pictures of faces are taken by the pages themselves; nothing else of the device is asked for."""
_PARTS: Final = (b"text/javascript", b"text/css")
_OF_DOCUMENTS: Final = frozenset({
    b"content-security-policy", b"permissions-policy", b"referrer-policy", b"x-frame-options"
})  # fmt: skip
"""What a script or a style of a page has no use for, and pays for with half a kilobyte each: a page's first visit brings
twenty of them."""
NOT_KEPT: Final[Header] = (b"cache-control", b"no-store")


def of_installation(settings: Settings) -> tuple[Header, ...]:
    """The headers of an installation: reached by https, it tells browsers never to come by http again (RFC 6797)."""
    seconds = settings.http.hsts_seconds
    if not seconds or not settings.public_url.startswith("https:"):
        return _EACH
    return (*_EACH, (b"strict-transport-security", b"max-age=%d" % seconds))


def carrying(app: ASGIApp, headers: tuple[Header, ...]) -> ASGIApp:
    """`app` with each of `headers` added to its answers, unless it sets them itself."""

    async def carried(scope: Message, receive: Receive, send: Send) -> None:
        async def send_carrying(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                named = {name.lower() for name, _ in own}
                if any(name == b"content-type" and kind.startswith(_PARTS) for name, kind in own):
                    named |= _OF_DOCUMENTS
                message = {
                    **message,
                    "headers": own + [header for header in headers if header[0] not in named],
                }
            await send(message)

        await app(scope, receive, send_carrying)

    return carried
