"""SIP messages: split on arrival, read where somebody asks.

Source: RFC 3261, 7, 18.3 and 20. The head is cut into fields at once, within bounds; what a field says is read by the
property that needs it, and raises Malformed there. Text is UTF-8; bytes that are none come through unchanged.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, cast

from .errors import Malformed, NotSip
from .fields import Address, CSeq, Via, read_address, read_cseq, read_via
from .grammar import MAX_SECONDS, read_number, split_commas
from .names import canonical, known_name, written
from .uri import Uri, read_uri

MAX_MESSAGE: Final = 65_535
"""Bytes of a whole message."""
MAX_HEAD: Final = 16_384
MAX_FIELDS: Final = 160
MAX_HOPS: Final = 70
"""Via values: a request that came further is lost in a ring."""

_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_LINE: Final = re.compile(r"\r?\n")
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_START: Final = re.compile(rb"[A-Za-z0-9\-.!%*_+`'~]+ |SIP/")
_SINGLE: Final = (
    "from",
    "to",
    "call-id",
    "cseq",
    "max-forwards",
    "content-length",
    "content-type",
    "expires",
)

Fields = dict[str, list[str]]


class Message:
    """What requests and responses share. Fields are kept by their long name in lower case, values in order."""

    __slots__ = ("_read", "body", "fields")

    def __init__(self, fields: Fields | None = None, body: bytes = b"") -> None:
        self.fields: Fields = fields if fields is not None else {}
        self.body = body
        self._read: dict[str, Any] = {}

    def first_line(self) -> str:
        raise NotImplementedError

    # ------------------------------------------------------------ fields as text

    def get(self, name: str) -> str | None:
        """The first value of a field, as text."""
        values = self.fields.get(name)
        return values[0] if values else None

    def values(self, name: str) -> list[str]:
        """All values of a field whose values are separated by commas. Raises Malformed."""
        lines = self.fields.get(name)
        if not lines:
            return []
        if len(lines) == 1:
            return split_commas(lines[0])
        return [value for line in lines for value in split_commas(line)]

    def words(self, name: str) -> set[str]:
        """The values of a list of tokens, in lower case."""
        return {value.lower() for value in self.values(name) if value}

    def set(self, name: str, *values: str) -> None:
        """Put these values in place of what the field has; none removes it."""
        self._read.pop(name, None)
        if values:
            self.fields[name] = list(values)
        else:
            self.fields.pop(name, None)

    def set_top_via(self, via: Via) -> None:
        """Put this hop in place of the topmost one. Raises Malformed."""
        vias = self.vias
        self.fields["via"] = [str(via), *self.values("via")[1:]]
        self._read["via"] = (via, *vias[1:])

    def add(self, name: str, value: str) -> None:
        self._read.pop(name, None)
        self.fields.setdefault(name, []).append(value)

    # ------------------------------------------------------------ fields read

    def _once[T](self, name: str, read: Callable[[str], T]) -> T | None:
        """The value of a field that comes once, read. Raises Malformed if it is broken or comes more often."""
        kept = self._read.get(name)
        if kept is not None:
            return cast("T", kept)
        lines = self.fields.get(name)
        if not lines:
            return None
        if len(lines) > 1:
            raise Malformed(f"{written(name)} comes more than once")
        self._read[name] = value = read(lines[0])
        return value

    def _needed[T](self, name: str, read: Callable[[str], T]) -> T:
        value = self._once(name, read)
        if value is None:
            raise Malformed(f"{written(name)} is missing")
        return value

    def _all[T](self, name: str, read: Callable[[str], T]) -> tuple[T, ...]:
        kept = self._read.get(name)
        if kept is None:
            kept = self._read[name] = tuple(read(value) for value in self.values(name))
        return cast("tuple[T, ...]", kept)

    def kept[T](self, name: str, read: Callable[[], T]) -> T:
        """What was read of the fields under a name of the reader's own; read once, and not again when they change."""
        key = f":{name}"
        if key not in self._read:
            self._read[key] = read()
        return cast("T", self._read[key])

    @property
    def vias(self) -> tuple[Via, ...]:
        return self._all("via", read_via)

    @property
    def via(self) -> Via:
        """The topmost one."""
        vias = self.vias
        if not vias:
            raise Malformed("Via is missing")
        return vias[0]

    @property
    def from_(self) -> Address:
        return self._needed("from", read_address)

    @property
    def to(self) -> Address:
        return self._needed("to", read_address)

    @property
    def cseq(self) -> CSeq:
        return self._needed("cseq", read_cseq)

    @property
    def call_id(self) -> str:
        return self._needed("call-id", _read_call_id)

    @property
    def contacts(self) -> tuple[Address, ...]:
        """Empty also for the star; see `star_contact`."""
        return () if self.star_contact else self._all("contact", read_address)

    @property
    def star_contact(self) -> bool:
        """Whether the contact is `*`: all of them."""
        return self.fields.get("contact") == ["*"]

    @property
    def routes(self) -> tuple[Address, ...]:
        return self._all("route", read_address)

    @property
    def record_routes(self) -> tuple[Address, ...]:
        return self._all("record-route", read_address)

    @property
    def max_forwards(self) -> int | None:
        return self._once("max-forwards", _read_max_forwards)

    @property
    def expires(self) -> int | None:
        """Seconds; what is no number is as if absent, what is too large is the largest."""
        text = self.get("expires")
        if text is None or not text.isascii() or not text.isdigit():
            return None
        return MAX_SECONDS if len(text) > 10 else min(int(text), MAX_SECONDS)

    @property
    def content_type(self) -> str:
        """In lower case, without parameters; empty when there is none."""
        return (self.get("content-type") or "").partition(";")[0].strip().lower()

    # ------------------------------------------------------------ writing

    def lines(self) -> Iterator[str]:
        yield self.first_line()
        for name, values in self.fields.items():
            if name != "content-length":
                label = written(name)
                for value in values:
                    yield f"{label}: {value}"
        yield f"Content-Length: {len(self.body)}"
        yield "\r\n"

    def __bytes__(self) -> bytes:
        return "\r\n".join(self.lines()).encode("utf-8", "surrogateescape") + self.body


class Request(Message):
    __slots__ = ("method", "target")

    def __init__(self, method: str, target: str, fields: Fields | None = None, body: bytes = b"") -> None:
        super().__init__(fields, body)
        self.method = method
        self.target = target
        """The Request-URI, as text."""

    @property
    def uri(self) -> Uri:
        """The Request-URI. Raises Malformed."""
        kept = self._read.get(":uri")
        if kept is None:
            kept = self._read[":uri"] = read_uri(self.target)
        return cast("Uri", kept)

    def first_line(self) -> str:
        return f"{self.method} {self.target} SIP/2.0"

    def outline(self) -> "Request":
        """Only what names its transaction: all that is worth keeping of a request that was answered."""
        return Request(self.method, self.target, copied(self, ("via", "from", "to", "call-id", "cseq")))


class Response(Message):
    __slots__ = ("reason", "status")

    def __init__(self, status: int, reason: str, fields: Fields | None = None, body: bytes = b"") -> None:
        super().__init__(fields, body)
        self.status = status
        self.reason = reason

    def first_line(self) -> str:
        return f"SIP/2.0 {self.status} {self.reason}"

    def written(self) -> "Written":
        return Written(self)


class Written(Response):
    """A response as it goes out, to be sent again: nothing in it can be read or changed."""

    __slots__ = ("_wire",)

    def __init__(self, response: Response) -> None:
        super().__init__(response.status, response.reason)
        self._wire = bytes(response)

    def __bytes__(self) -> bytes:
        return self._wire


class BrokenRequest(Malformed):
    """A request whose head could be cut but whose frame cannot be trusted; `request` is what an answer needs."""

    def __init__(self, text: str, status: int, request: Request) -> None:
        super().__init__(text, status)
        self.request = request


def read_datagram(data: bytes) -> Request | Response:
    """Read a whole message; what follows its body is dropped.

    Raises NotSip, Malformed (nothing to answer to), BrokenRequest (an answer is due).
    """
    if len(data) > MAX_MESSAGE:
        raise Malformed("the message is too large", 513)
    data = data.lstrip(b"\r\n")
    end = _BLANK.search(data, 0, MAX_HEAD + 4)
    if end is None:
        if len(data) > MAX_HEAD:
            raise Malformed("the head is too large", 513)
        message, rest = read_head(data), b""
    else:
        message, rest = read_head(data[: end.start()]), data[end.end() :]
    length = content_length(message)
    if length is None:
        message.body = rest
    elif length > len(rest):
        raise broken(message, "the body is shorter than Content-Length")
    else:
        message.body = rest[:length]
    return message


def read_head(data: bytes) -> Request | Response:
    """Read a start line and fields, without the blank line. Raises NotSip, Malformed, BrokenRequest."""
    if len(data) > MAX_HEAD:
        raise Malformed("the head is too large", 513)
    if _START.match(data) is None:
        raise NotSip
    text = data.decode("utf-8", "surrogateescape")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    lines = text.split("\r\n")
    if "\n" in text.replace("\r\n", ""):
        lines = _LINE.split(text)
    fields: Fields = {}
    flaw = "" if len(lines) <= MAX_FIELDS else "there are too many fields"
    for line in lines[1 : MAX_FIELDS + 1]:
        name, colon, value = line.partition(":")
        key = known_name(name)
        if key is None:
            if not line:
                continue
            try:
                key = canonical(name) if colon else ""
            except Malformed:
                key = ""
            if not key:
                flaw = flaw or "a field is broken"
                continue
        kept = fields.get(key)
        if kept is None:
            fields[key] = [value.strip()]
        else:
            kept.append(value.strip())
    message = _with_first_line(lines[0], fields)
    if flaw:
        raise broken(message, flaw)
    return message


def _with_first_line(line: str, fields: Fields) -> Request | Response:
    if line.startswith("SIP/"):
        version, _, rest = line.partition(" ")
        code, _, reason = rest.partition(" ")
        if (
            version != "SIP/2.0"
            or len(code) != 3
            or not code.isascii()
            or not code.isdigit()
            or not "1" <= code[0] <= "6"
        ):
            raise Malformed("the status line is broken")
        return Response(int(code), reason, fields)
    parts = line.split(" ")
    if not parts[-1].startswith("SIP/") and not any(part.startswith("SIP/") for part in parts[1:]):
        raise NotSip
    request = Request(parts[0], parts[1] if len(parts) == 3 else "", fields)
    if len(parts) != 3:
        raise BrokenRequest("the request line is broken", 400, request)
    if parts[2] != "SIP/2.0":
        raise BrokenRequest("this version of SIP is not known here", 505, request)
    return request


def broken(message: Request | Response, text: str, status: int = 400) -> Malformed:
    """What to raise for a message that was cut but cannot be used."""
    return BrokenRequest(text, status, message) if isinstance(message, Request) else Malformed(text)


def content_length(message: Request | Response) -> int | None:
    """Bytes of the body; None when the message does not say. Raises what `broken` gives."""
    lines = message.fields.get("content-length")
    if not lines:
        return None
    try:
        if len(set(lines)) > 1:
            raise Malformed("Content-Length comes with two values")
        return read_number(lines[0], MAX_MESSAGE)
    except Malformed as error:
        raise broken(message, str(error)) from None


def _read_call_id(text: str) -> str:
    if not text or " " in text or "\t" in text:
        raise Malformed("Call-ID is broken")
    return text


def _read_max_forwards(text: str) -> int:
    return read_number(text, 255)


def copied(message: Message, names: Iterable[str]) -> Fields:
    """These fields of a message, as a new set of fields."""
    return {name: list(message.fields[name]) for name in names if name in message.fields}


def check_single(message: Message) -> None:
    """Raises Malformed if a field that comes once comes more often."""
    for name in _SINGLE:
        if len(message.fields.get(name, ())) > 1:
            raise Malformed(f"{written(name)} comes more than once")
