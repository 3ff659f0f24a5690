"""Masking of values that not every reader of a list or log may see: door codes, secrets, signed links, persons.

Pure. This is the one list of secret members. Code that stores or shows a message, call, request, record or log line
passes it through here. A hidden value becomes `***`, with the last characters where they help to tell cards or codes
apart (ADR 0077).
"""

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import Any, Final

import msgspec

HIDDEN: Final = "***"
MOST_BYTES: Final = 64 * 1024
"""Longer texts are cut before anything is looked for in them."""
_MOST_DEEP: Final = 64
_SHORTEST_NUMBER: Final = 11
"""Characters of a phone's number, the shortest that is looked for within texts."""
_BARE_TYPES: Final = frozenset((int, float, bool, type(None)))


class Sort(Enum):
    """The kind of value in a member."""

    SECRET = "secret"
    """Nothing of it is shown: passwords, PINs, tokens, keys."""
    PAPER = "paper"
    """The number of an identity paper: hidden too, except in an export of one's own data."""
    CODE = "code"
    """A card's number, a QR code: its last characters are shown."""
    PHONE = "phone"
    NAME = "name"
    PLATE = "plate"


_SECRET_PARTS: Final = (
    "password", "passwd", "passcode", "pincode", "pwd", "secret", "token", "signature", "authorization", "privatekey",
    "verifycode", "smscode", "captcha", "invitecode", "accesskey",
)  # fmt: skip
_PAPER_PARTS: Final = ("idcard", "idno", "certno", "idnum")
_SECRET_NAMES: Final = frozenset((
    "pin", "pins", "sign", "credentials", "sessionkey", "aeskey", "authkey", "blekey", "bluetoothkey", "doorkey",
    "openkey", "otp", "userpass", "sealed", "cookie", "bleorder", "qrcodeurl",
))  # fmt: skip
_OPEN_NAMES: Final = frozenset(("passworddigest", "publickey", "rsapublickey"))
"""Names that sound like secrets and are none: a property of doors that keep digests, public keys."""
_CODE_NAMES: Final = frozenset((
    "qrcode", "qrcodes", "qrcodeid", "qrcodetext", "qrtext", "qrcontent", "plaincode", "opencode", "entrycode",
    "visitcode", "cardid", "cardids", "cardno", "cardnos", "cardnum", "cardnumber", "tradcard", "tradcardid", "iccard",
    "iccardno", "blecard", "blecards", "blecardid", "blecardno", "bluetoothcard", "credential",
))  # fmt: skip
_NAMES: Final = frozenset((
    "name", "username", "realname", "personname", "visitorname", "residentname", "ownername", "contactname",
    "linkman", "membername", "holdername", "applicantname", "employeename", "managername", "nickname", "drivername",
))  # fmt: skip
_PHONE_PARTS: Final = ("phone", "mobile")
_PLATES: Final = frozenset(("plate", "platenumber", "platenum", "plateno", "carnumber", "carno", "vehicleno"))

_ALWAYS: Final = frozenset((Sort.SECRET, Sort.CODE, Sort.PAPER))
_PERSONS: Final = frozenset((Sort.PHONE, Sort.NAME, Sort.PLATE))

_KINDS: Final = {
    "qr": Sort.CODE,
    "qrcode": Sort.CODE,
    "card": Sort.CODE,
    "tradcard": Sort.CODE,
    "ble": Sort.CODE,
    "blecard": Sort.CODE,
    "password": Sort.SECRET,
    "pin": Sort.SECRET,
}
"""Kinds of credentials as devices, records and desired rows name them, without `door.`."""
_CARDS: Final = frozenset(("door.card", "door.ble", "CARD", "BleCARD"))
_OPEN_KINDS: Final = frozenset(("key", "face"))
"""A door's public key and a face's number open nothing."""
OF_KIND: Final = frozenset(("content", "credential", "number"))
"""Members whose meaning a `type` or `kind` beside them says."""

_LINK: Final = re.compile(
    r"""([A-Za-z][A-Za-z0-9+.-]{1,15}:(?:\\{0,8}/){2})((?:[^\s"'<>\\]|\\{1,8}[^\s"'\\])+)"""
)
"""Slashes may be escaped, as some devices write JSON."""
_MEMBER: Final = re.compile(r"""(?<![\w-])([A-Za-z_][\w-]{0,63})(\\{0,8}["']?)\s{0,8}[:=]\s{0,8}""")
_QUOTE: Final = re.compile(r"""\\{0,64}["']""")
_PLAIN: Final = re.compile(r"""\[[^\]\[{]*\]?|[^\s,;&{}\[\]"'\\]{1,512}""")
_KIND_NAMED: Final = re.compile(r"""(?:type|kind)\\{0,8}["']?\s?[:=]\s?\\{0,8}["']?(?:door\.)?(\w{1,32})""")
_WORD_BEFORE_COLON: Final = re.compile(r"""(?<![\w-])([A-Za-z_][\w-]{0,63})\\{0,8}["']?\s{0,8}[:=]""")
_WORD_IN_BYTES: Final = re.compile(rb""""([A-Za-z_][\w-]{0,63})\\{0,8}"\s{0,8}:""")
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s{1,8}[\w.~+/=-]{6,}")
_PHONE: Final = re.compile(r"(?<![\dA-Za-z])(1[3-9]\d)\d{4}(\d{4})(?![\dA-Za-z])")
_PHONE_IN_BYTES: Final = re.compile(rb"1(?<![\dA-Za-z]1)[3-9]\d{9}(?![\dA-Za-z])")
_PAPER: Final = re.compile(
    r"(?<![\dA-Za-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)


@lru_cache(maxsize=8192)
def sort_of(member: str) -> Sort | None:
    """The kind of secret in a member of this name, in any spelling; None: nothing to hide."""
    name = member.replace("_", "").replace("-", "").lower()
    if name in _OPEN_NAMES:
        return None
    if name in _CODE_NAMES:
        return Sort.CODE
    if name in _SECRET_NAMES or any(part in name for part in _SECRET_PARTS):
        return Sort.SECRET
    if any(part in name for part in _PAPER_PARTS):
        return Sort.PAPER
    if name in _NAMES:
        return Sort.NAME
    if name == "tel" or any(part in name for part in _PHONE_PARTS):
        return Sort.PHONE
    return Sort.PLATE if name in _PLATES else None


def tail(code: str) -> str:
    """The last characters of a code: four of eight and more, of a shorter one a quarter."""
    count = 4 if len(code) >= 8 else len(code) // 4
    return code[-count:] if count else ""


def shown_credential(kind: str, credential: str) -> str:
    """The shown part of a credential for every reader of a list: the last characters of cards and codes, nothing of
    PINs.

    `kind` as desired rows (`door.qr`), devices (`tradCard`) or records (`QRCODE`) name it. An unknown kind is shown
    like a card.
    """
    name = kind.rpartition(".")[2].lower()
    if name in _OPEN_KINDS:
        return credential
    shown = "" if _KINDS.get(name) is Sort.SECRET else tail(credential)
    return f"…{shown}" if shown else ""


def masked(value: Any, *, persons: bool = False) -> Any:
    """A JSON value with codes, secrets and the queries of links hidden; with `persons`, the people in it, too."""
    return _Mask(persons=persons).value(value, 0)


def masked_row(row: dict[str, Any]) -> dict[str, Any]:
    """A table's row for an export of one's own data: the last characters of codes, but whole numbers of papers and of
    cards, because another system can use them.
    """
    seen: dict[str, Any] = _Mask(persons=False, papers=False).value(row, 0)
    for name in ("card_id", "credential"):
        if name in row and (name == "card_id" or row.get("kind", row.get("type")) in _CARDS):
            seen[name] = row[name]
    return seen


def masked_text(text: str, *, persons: bool = False, looked: bool = False) -> str:
    """The same of a text: JSON whole or cut off, or words. A content without secrets is returned unchanged.

    `looked`: `may_hold` said already that it is worth the time.
    """
    text = text[:MOST_BYTES]
    if not text or not (looked or _needs_look(text, persons=persons)):
        return text
    start = text.lstrip()[:1]
    if start and start in '{["':
        try:
            value = msgspec.json.decode(text)
            mask = _Mask(persons=persons)
            seen = mask.value(value, 0)
            return msgspec.json.encode(seen).decode() if mask.touched else text
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            pass
    return _words(text, persons=persons)


def masked_bytes(payload: bytes) -> bytes:
    """`masked_text` of what came as bytes; those that are no text stay."""
    return masked_text(payload.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def without_query(text: str) -> str:
    """Links in a text without their query, fragment and password: a signed link gives its content to everybody who has
    it."""
    return _LINK.sub(_bare, text) if ":/" in text or ":\\" in text else text


def may_hold(raw: bytes, *, persons: bool = False) -> bool:
    """A quick look over one or many JSON texts: whether a second one is worth its time."""
    if b":/" in raw or b":\\/" in raw or (persons and _PHONE_IN_BYTES.search(raw) is not None):
        return True
    return _any_hides(frozenset(_WORD_IN_BYTES.findall(raw)), persons=persons)


class _Mask:
    """One walk over a value; `touched` says whether anything was hidden."""

    def __init__(self, *, persons: bool, papers: bool = True) -> None:
        self._sorts = _ALWAYS | (_PERSONS if persons else frozenset())
        if not papers:
            self._sorts -= {Sort.PAPER}
        self._persons = persons
        self.touched = False

    def value(self, value: Any, depth: int) -> Any:
        if depth > _MOST_DEEP:
            self.touched = True
            return HIDDEN
        if isinstance(value, dict):
            return self._members(value, depth)
        if isinstance(value, list | tuple):
            return [self.value(item, depth + 1) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _members(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        of_kind = _kind_beside(value)
        members = {}
        for name, member in value.items():
            sort = sort_of(name) if isinstance(name, str) else None
            if of_kind is not None and name in OF_KIND:
                sort = of_kind
            if sort is not None and sort in self._sorts:
                members[name] = self._hidden(member, sort, depth + 1)
            elif type(member) in _BARE_TYPES:
                members[name] = member
            else:
                members[name] = self.value(member, depth + 1)
        return members

    def _hidden(self, value: Any, sort: Sort, depth: int) -> Any:
        if isinstance(value, list | tuple):
            return [
                self.value(item, depth + 1) if isinstance(item, dict) else self._hidden(item, sort, depth + 1)
                for item in value
            ]
        if isinstance(value, dict):
            if depth > _MOST_DEEP:
                return HIDDEN
            return {name: self._hidden(member, sort, depth + 1) for name, member in value.items()}
        self.touched = True  # a null too: a member that stood there twice is written once
        if value is None or isinstance(value, bool) or value == "":
            return value
        return _HIDE[sort](str(value))

    def _text(self, text: str) -> str:
        """A text may be JSON itself, as `extInfo` is, or a link."""
        if len(text) < _SHORTEST_NUMBER and ":" not in text and "=" not in text:
            return text  # for `_needs_look` neither
        seen = masked_text(text, persons=self._persons)
        self.touched = self.touched or seen != text
        return seen


def _kind_beside(value: dict[Any, Any]) -> Sort | None:
    for name in ("type", "kind"):
        kind = value.get(name)
        if isinstance(kind, str):
            sort = _KINDS.get(kind.rpartition(".")[2].lower())
            if sort is not None:
                return sort
    return None


def _words(text: str, *, persons: bool) -> str:
    """The same without a parser: for cut-off JSON, and for lines of a log."""
    secret_kind = any(kind.lower() in _KINDS for kind in _KIND_NAMED.findall(text))
    text = _BEARER.sub(rf"\1 {HIDDEN}", without_query(text))
    parts, done = [], 0
    while (match := _MEMBER.search(text, done)) is not None:
        parts.append(text[done : match.end()])
        done = match.end()
        sort = sort_of(match[1])
        if sort is None and secret_kind and match[1] in OF_KIND:
            sort = Sort.SECRET
        if sort is not None and sort in (_ALWAYS | _PERSONS if persons else _ALWAYS):
            value = _value_at(text, done)
            parts.append(_hidden_text(value, sort, in_json=bool(match[2])))
            done += len(value)
    text = "".join((*parts, text[done:]))
    if persons:
        text = _PAPER.sub(HIDDEN, _PHONE.sub(r"\1****\2", text))
    return text


def _value_at(text: str, start: int) -> str:
    """The value that begins there, its quotes with it: to the next quote that is escaped no more than the first."""
    quote = _QUOTE.match(text, start)
    if quote is None:
        plain = _PLAIN.match(text, start)
        return plain[0] if plain is not None else ""
    for end in _QUOTE.finditer(text, quote.end()):
        if len(end[0]) <= len(quote[0]) and end[0][-1] == quote[0][-1]:
            return text[start : end.end()]
    return text[start:]


def _hidden_text(value: str, sort: Sort, *, in_json: bool) -> str:
    quote = _QUOTE.match(value)
    if quote is None:
        if value in ("", "null", "true", "false"):
            return value
        around = '"' if in_json else ""  # it was a number or a list: in JSON a text takes its place
        return around + (_HIDE[sort](value) if value[:1] != "[" else HIDDEN) + around
    inner = value.removeprefix(quote[0]).removesuffix(quote[0])
    shown = "" if not inner else HIDDEN if sort is Sort.NAME else _HIDE[sort](inner)
    return f"{quote[0]}{shown}{quote[0]}"


def _needs_look(text: str, *, persons: bool) -> bool:
    if ":/" in text or ":\\" in text or (persons and (_PHONE.search(text) or _PAPER.search(text))):
        return True
    if ":" not in text and "=" not in text:
        return False
    names = set(_WORD_BEFORE_COLON.findall(text))
    if any(_hides(name, persons=persons) for name in names):
        return True
    return not names.isdisjoint(("type", "kind")) and not names.isdisjoint(OF_KIND)


@lru_cache(maxsize=1024)
def _any_hides(names: frozenset[bytes], *, persons: bool) -> bool:
    """For the members of a whole content: calls of one method have the same, again and again."""
    return any(_hides(name.decode(), persons=persons) for name in names)


def _hides(name: str, *, persons: bool) -> bool:
    sort = sort_of(name)
    if sort is None:
        return name in OF_KIND
    return persons or sort in _ALWAYS


def _bare(match: re.Match[str]) -> str:
    rest = match[2]
    authority, slash, path = rest.partition("/")
    at = authority.rfind("@")
    if at >= 0:
        authority = HIDDEN + authority[at:]
    whole = authority + slash + path
    cut = min((place for mark in "?#" if (place := whole.find(mark)) >= 0), default=-1)
    return match[1] + (whole if cut < 0 or cut == len(whole) - 1 else whole[: cut + 1] + HIDDEN)


def _code(value: str) -> str:
    return HIDDEN + tail(value)


def _phone(value: str) -> str:
    return HIDDEN if len(value) < 7 else f"{value[:3]}****{value[-4:]}"


def _name(value: str) -> str:
    return value[:1] + "**"


def _plate(value: str) -> str:
    return HIDDEN if len(value) < 5 else f"{value[:2]}***{value[-2:]}"


_HIDE: Final[dict[Sort, Callable[[str], str]]] = {
    Sort.SECRET: lambda _: HIDDEN,
    Sort.PAPER: lambda _: HIDDEN,
    Sort.CODE: _code,
    Sort.PHONE: _phone,
    Sort.NAME: _name,
    Sort.PLATE: _plate,
}
