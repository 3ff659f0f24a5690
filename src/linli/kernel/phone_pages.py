"""Pages without sign-in and script for strangers' phones: their frame, their forms, their answers.

`Markup.format` escapes its values. People open such pages once, on any phone and on slow lines (ADR 0035).
"""

from typing import Final
from urllib.parse import parse_qsl

from markupsafe import Markup

from linli.kernel.errors import BadInput
from linli.kernel.http import Receive, Send

POLICY: Final = (
    b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'"
)
FORM_BYTES: Final = 8 * 1024

_STYLE: Final = Markup("""
:root{color-scheme:light dark;--bg:#f5f6f7;--card:#fff;--line:#e2e5e9;--edge:#858e99;--text:#1a1e24;--soft:#4a525d;
--accent:#1f5fb8;--on:#fff;--ok:#17764a;--ok2:#e4f3eb;--warn:#8f5a00;--warn2:#fcf1dc;--bad:#bb2d26;--bad2:#fbeae9;
--idle:#5b6470;--idle2:#eceef1}
@media(prefers-color-scheme:dark){:root{--bg:#111316;--card:#181b1f;--line:#2a2f36;--edge:#717b88;--text:#e8ebef;
--soft:#b4bcc6;--accent:#82b1f8;--on:#0b1a30;--ok:#5fca91;--ok2:#173226;--warn:#e5b567;--warn2:#352810;--bad:#f08b85;
--bad2:#3a1d1b;--idle:#a6afba;--idle2:#252a30}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,-apple-system,
'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}
main{max-width:440px;margin:0 auto;padding:24px 16px 40px}h1{font-size:20px;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:20px 0 0;text-align:center;overflow-wrap:anywhere}
p{margin:0 0 12px}.soft{color:var(--soft)}.card{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:16px;margin-top:16px}.state{display:inline-block;padding:2px 10px;border-radius:999px;font-weight:600;
background:var(--idle2);color:var(--idle)}.state.ok{background:var(--ok2);color:var(--ok)}.state.warn{
background:var(--warn2);color:var(--warn)}.state.bad{background:var(--bad2);color:var(--bad)}
.qr{display:block;width:100%;max-width:320px;height:auto;margin:12px auto;border-radius:8px}
dl{margin:0;display:grid;grid-template-columns:auto 1fr;gap:8px 16px}dt{color:var(--soft)}dd{margin:0;
font-weight:500;overflow-wrap:anywhere}label{display:block;font-weight:500;margin:14px 0 4px}
label .soft{font-weight:400}input,select,textarea{width:100%;min-height:44px;padding:9px 12px;font:inherit;
color:inherit;background:var(--bg);border:1px solid var(--edge);border-radius:6px}[aria-invalid=true]{
border-color:var(--bad)}.error{color:var(--bad);margin:4px 0 0;font-size:14px}button{width:100%;min-height:48px;
margin-top:20px;border:0;border-radius:8px;background:var(--accent);color:var(--on);font:inherit;font-weight:600}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}.two{display:grid;grid-template-columns:1fr 1fr;
gap:0 12px}.trap{position:absolute;left:-9999px}.notice{border-radius:8px;padding:10px 12px;background:var(--bad2);
color:var(--bad)}.notice.ok{background:var(--ok2);color:var(--ok)}section h2{margin:0 0 8px;text-align:left}
section button{margin-top:8px}form+p{margin-top:12px}
""")
_PAGE: Final = Markup(
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="robots" content="noindex,nofollow"><meta name="referrer" content="no-referrer">{refresh}'
    "<title>{title}</title><style>{style}</style></head><body><main>{body}</main></body></html>"
)
_REFRESH: Final = Markup('<meta http-equiv="refresh" content="{seconds}">')


def page(title: str, body: Markup, language: str, *, refresh_s: int = 0) -> bytes:
    """A whole page. `refresh_s`: seconds until it reloads itself."""
    refresh = _REFRESH.format(seconds=refresh_s) if refresh_s else ""
    return _PAGE.format(language=language, refresh=refresh, title=title, style=_STYLE, body=body).encode()


def joined(parts: list[Markup]) -> Markup:
    return Markup("").join(parts)


def fields(body: bytes) -> dict[str, str]:
    """Raises BadInput for a body that is no form."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=32)
    except (ValueError, UnicodeDecodeError):
        raise BadInput(field="body", rule="form") from None
    if "\0" in body.decode("utf-8") or any("\0" in value for _, value in pairs):
        raise BadInput(field="body", rule="no_nul")
    return {name: value[:256] for name, value in pairs}


async def body_of(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadInput(field="body", rule="required")
        parts += message.get("body", b"")
        if len(parts) > FORM_BYTES:
            raise BadInput(field="body", rule="too_long", limit=FORM_BYTES)
        if not message.get("more_body"):
            return bytes(parts)


async def answer(
    send: Send, status: int, body: bytes, more: tuple[tuple[bytes, bytes], ...] = (), *, head: bool = False
) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
