"""Messages as people may read and pass them on: without passwords, log-ins and tokens."""

import re
from typing import Final

MOST_TEXT: Final = 4_096
"""Letters of a message that are kept."""
_MOST_LINE: Final = 2_048
"""Of a line; anybody sends lines, and looking through them must stay cheap."""
BLANK: Final = "***"
_LOG_INS: Final = re.compile(
    r"^((?:proxy-)?(?:authorization|authenticate)|www-authenticate|(?:proxy-)?authentication-info)\s*:",
    re.IGNORECASE,
)
_PARAMETER: Final = re.compile(r'(?<![\w-])([A-Za-z0-9_-]{1,32})(\s{0,4}=\s{0,4})("(?:[^"\\]|\\.)*"|[^,\s]+)')
_OPEN_PARAMETERS: Final = frozenset({"realm", "username", "uri", "algorithm", "qop", "stale", "nc"})
_IN_ADDRESS: Final = re.compile(
    r"(?i)\b((?:sips?|rtsp|rtmp|https?|ftp):(?://)?[^\s:@/<>\"]{0,128}):[^\s@/<>\"]{1,256}@"
)
_IN_QUERY: Final = re.compile(r"([?&][\w.-]{1,40}=)[^&\s<>\"]+")
_ELEMENT: Final = re.compile(
    r"(?is)<(\w{0,40}(?:pass|pwd|secret|token|nonce|sign|credential)\w{0,40})>.*?(</\1\s*>|$)"
)
_SDP_KEY: Final = re.compile(r"(?im)^(k=|a=(?:crypto|key-mgmt|ice-pwd|ice-ufrag|password)\s*:).*$")


def blanked(data: bytes) -> str:
    """A SIP message as text, without what opens anything."""
    head, split, body = data.partition(b"\r\n\r\n")
    lines = [_line(line[:_MOST_LINE]) for line in head.decode("utf-8", "replace").split("\r\n")]
    text = "\r\n".join(lines)
    if split:
        text += "\r\n\r\n" + _body(_decoded(body[: MOST_TEXT * 4]))
    text = "".join(
        letter if letter.isprintable() or letter in "\r\n\t" else "?" for letter in text[: MOST_TEXT + 1]
    )
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "…"


def _line(line: str) -> str:
    match = _LOG_INS.match(line)
    if match is None:
        return _IN_QUERY.sub(rf"\1{BLANK}", _IN_ADDRESS.sub(rf"\1:{BLANK}@", line))
    value = line[match.end() :].strip()
    scheme, _, rest = value.partition(" ")
    if scheme.lower() != "digest":
        return f"{match[0]} {BLANK}"
    kept = [
        f"{name}={value}" for name, _, value in _PARAMETER.findall(rest) if name.lower() in _OPEN_PARAMETERS
    ]
    return f"{match[0]} {scheme} {', '.join([*kept, BLANK])}"


def _body(text: str) -> str:
    text = _ELEMENT.sub(rf"<\1>{BLANK}\2", text)
    text = _SDP_KEY.sub(rf"\1{BLANK}", text)
    return _IN_QUERY.sub(rf"\1{BLANK}", _IN_ADDRESS.sub(rf"\1:{BLANK}@", text))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")
