"""Reading requests off one connection: the head, the body, and every way in which a client may have them wrong.

Input that two servers in a row could read differently is refused, never repaired, because it allows request smuggling.
"""

from typing import Any, Protocol
from urllib.parse import unquote

import httptools

from linli.kernel.http.exchange import PAUSE_ABOVE, Exchange, Line
from linli.kernel.http.limits import Limits
from linli.kernel.http.listener import Surroundings
from linli.kernel.http.types import ADDRESS, Switch
from linli.kernel.http.unfinished import Sender

_EAGER_BODY = 65_536
"""Requests with shorter bodies reach the application whole, and only then."""

_FRAMING_FACTOR = 8
"""Raw bytes allowed for each byte of a body: chunks of one byte take six, chunk extensions do not go on for ever."""


_ENDED = httptools.HttpRequestParser(object())


class Refused(Exception):
    """The request is answered with this status and nothing after it on the connection is read."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Source(Line, Sender, Protocol):
    """The interface of the connection for the reader."""

    base: dict[str, Any]
    limits: Limits
    proxied: bool

    @property
    def server(self) -> Surroundings: ...

    @property
    def is_idle(self) -> bool:
        """Whether nothing that was asked is still to be answered."""
        ...

    def speak_for(self, headers: list[tuple[bytes, bytes]]) -> bool:
        """Through a trusted proxy comes a request of somebody; False: they have their share of connections already."""
        ...

    def offer(self, exchange: Exchange) -> None:
        """Run a request when its turn has come."""
        ...

    def switch(self, switch: Switch, rest: bytes) -> None:
        """Hand the connection over to another protocol, `rest` being what came behind the request."""
        ...

    def pause_reading(self) -> None: ...


class RequestReader:
    """Feeds a connection with exchanges. Its `on_…` methods are what the parser calls."""

    def __init__(self, connection: Source) -> None:
        self._connection = connection
        self._limits = connection.limits
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._header_bytes = 0
        self._hosts = 0
        self._length: int | None = None
        self._coding: bytes | None = None
        self._expect = False
        self._upgrade = False
        self._switch: Switch | None = None
        self._raw_left = 0
        """Bytes of a body still to come that the parser does not see, as it stops after an offer to upgrade."""
        self._body_bytes = 0
        self._fed = 0
        """Raw bytes of the present request, without those that came with its first."""
        self._piece = 0
        self._first = 0
        """Bytes of the first piece of the present request."""
        self._holds = False
        """Whether it is counted among `Unfinished` now."""
        self.reading: Exchange | None = None
        """The request whose body is being read."""
        self.began: float | None = None
        """When the head now being read began to arrive."""
        self.since = 0.0
        """When the request now being read began to arrive."""
        self.counted = True
        """Whether what is received of it counts among `Unfinished`."""

    def end(self) -> None:
        """The connection has ended. Drops references to itself: the collector comes late, and floods are fast."""
        self._parser = _ENDED
        self._headers = []
        self._url = b""
        self.reading = None
        del self._connection

    def feed(self, data: bytes) -> None:
        """Raises Refused; do not use the reader after that."""
        self._piece = len(data)
        while data:
            try:
                if self._raw_left:
                    data = self._raw_body(data)
                    continue
                self._parser.feed_data(data)
                break
            except httptools.HttpParserUpgrade as upgrade:
                if self._switch is not None:
                    self._connection.switch(self._switch, data[upgrade.args[0] :])
                    return
                # Other offers of h2c or websocket are declined by going on in HTTP/1.1 (RFC 9110, 7.8).
                data = data[upgrade.args[0] :]
                self._parser = httptools.HttpRequestParser(self)
            except (httptools.HttpParserError, httptools.HttpParserCallbackError) as error:
                cause = error.__context__
                raise cause if isinstance(cause, Refused) else Refused(400) from error
        if self.began is not None or self.reading is not None:
            # The parser keeps a half-read header by itself, and skips chunk extensions: count what went in.
            self._fed += self._piece
            if self.counted:
                self._connection.server.unfinished.hold(self._connection, self._fed + self._first)
                self._holds = True
            if self._fed > self._limits.header_bytes + _FRAMING_FACTOR * self._body_bytes:
                raise Refused(431 if self.began is not None else 400)

    def _raw_body(self, data: bytes) -> bytes:
        piece, rest = data[: self._raw_left], data[self._raw_left :]
        self._raw_left -= len(piece)
        self.on_body(piece)
        if not self._raw_left:
            self.on_message_complete()
        return rest

    # the head

    def on_message_begin(self) -> None:
        self.began = self.since = self._connection.server.now
        self.counted = True
        self._url = b""
        self._headers = []
        self._header_bytes = self._body_bytes = self._hosts = 0
        self._fed = -self._piece
        self._first = self._piece
        self._length = self._coding = None
        self._expect = self._upgrade = False

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._header_bytes += len(url)
        if self._header_bytes > self._limits.header_bytes:
            raise Refused(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value) + 4
        if self._header_bytes > self._limits.header_bytes:
            raise Refused(431)
        if self.began is None:
            return  # a trailer: it may not change a head that was acted upon (RFC 9110, 6.5.1)
        name = name.lower()
        if value and value[-1] <= 32:
            value = value.rstrip(b" \t")
        headers = self._headers
        headers.append((name, value))
        if len(headers) > self._limits.header_count:
            raise Refused(431)
        if name.startswith(b"x-"):
            return  # most headers of a signed call
        if name == b"content-length":
            self._length = int(value)
        elif name == b"host":
            self._hosts += 1
        elif name == b"transfer-encoding":
            self._coding = value.lower() if self._coding is None else b"repeated"
        elif name == b"expect":
            self._expect = value.lower() == b"100-continue"
        elif name == b"upgrade":
            self._upgrade = True

    def on_headers_complete(self) -> None:
        self.began = None
        parser = self._parser
        version = parser.get_http_version()
        old = version == "1.0"
        method = parser.get_method().decode("ascii")
        self._check_head(version, method)
        if self._connection.proxied and not self._connection.speak_for(self._headers):
            raise Refused(503)
        path, _, query = self._url.partition(b"?")
        if not path.startswith(b"/"):
            # absolute-form, as proxies send it; `*` of OPTIONS stays
            path = b"/" + path.partition(b"://")[2].partition(b"/")[2] if b"://" in path else path
        scope: dict[str, Any] = {
            **self._connection.base,
            "method": method,
            "path": path.decode("latin-1") if b"%" not in path else unquote(path.decode("latin-1")),
            "raw_path": path,
            "query_string": query,
            "headers": self._headers,
        }
        if old:
            scope["http_version"] = version
        if self._connection.proxied:
            scope[ADDRESS] = self._connection.address
        if self._upgrade and method == "GET" and not old and self._length is None and self._coding is None:
            upgrade = self._connection.server.upgrade_of(scope["path"])
            if upgrade is not None and parser.should_upgrade() and self._connection.is_idle:
                self._switch = upgrade(scope)
                return
        exchange = Exchange(
            self._connection,
            scope,
            head_only=method == "HEAD",
            keep_alive=not old and parser.should_keep_alive() and not self._connection.stopping,
            chunks=not old,
        )
        exchange.expect_continue = self._expect and not old
        self.reading = exchange
        if self._upgrade and parser.should_upgrade():
            if self._coding is not None:
                raise Refused(501)
            self._raw_left = self._length or 0
        if self._expect or self._coding is not None or (self._length or 0) > _EAGER_BODY:
            self._connection.offer(exchange)

    def _check_head(self, version: str, method: str) -> None:
        if version not in ("1.1", "1.0"):
            raise Refused(505)
        if method == "CONNECT":
            raise Refused(501)
        if self._hosts != 1 and (self._hosts or version == "1.1"):
            raise Refused(400)  # RFC 9112, 3.2
        if self._coding is not None:
            if version == "1.0":
                raise Refused(400)  # RFC 9112, 6.1
            if self._coding != b"chunked":
                raise Refused(501)
        if self._length is not None and self._length > self._limits.body_bytes:
            raise Refused(413)

    # the body

    def on_body(self, body: bytes) -> None:
        exchange = self.reading
        assert exchange is not None
        self._body_bytes += len(body)
        if self._body_bytes > self._limits.body_bytes:
            raise Refused(413)
        if exchange.feed(body) > PAUSE_ABOVE:
            self._connection.pause_reading()

    def on_message_complete(self) -> None:
        if self._raw_left or self._switch is not None:
            return
        exchange, self.reading = self.reading, None
        assert exchange is not None
        if self._holds:
            self._holds = False
            self._connection.server.unfinished.drop(self._connection)
        exchange.end_of_body()
        self._connection.offer(exchange)
