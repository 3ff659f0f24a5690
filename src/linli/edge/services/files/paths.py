"""The allowed names of files. Pure. Source: spec H 3.1."""

from typing import Final

MOST: Final = 512
"""Characters of a path."""
SEGMENT: Final = 255
KEEP_DEFAULT_S: Final = 7200
KEEP_MOST_S: Final = 604_800


class FileRefused(ValueError):
    """`code` is the service's answer code and the HTTP status; `zh` is the text for people in Chinese."""

    def __init__(self, code: int, text: str, zh: str) -> None:
        super().__init__(text)
        self.code, self.zh = code, zh


def read_path(text: str) -> str:
    """A relative path with folders, such as `aaa/bbb/ccc.jpg`. Raises FileRefused (400) naming the rule."""
    rule = _broken_rule(text)
    if rule is not None:
        raise FileRefused(400, f"filePath: {rule[0]}", f"filePath：{rule[1]}")
    return text


def _broken_rule(text: str) -> tuple[str, str] | None:
    if not text:
        return "is required", "必填"
    if len(text) > MOST:
        return f"at most {MOST} characters", f"最多 {MOST} 个字符"
    if text.startswith("/"):
        return "must be relative", "必须是相对路径"
    if "\\" in text or any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in text):
        return "no back-slashes or control characters", "不能含反斜杠或控制字符"
    for segment in text.split("/"):
        if segment in ("", ".", ".."):
            return "no empty segments, no . and no ..", "不能有空段、. 或 .."
        if len(segment) > SEGMENT:
            return f"at most {SEGMENT} characters between slashes", f"斜杠之间最多 {SEGMENT} 个字符"
    return None


def read_keep_time(text: str | None) -> int:
    """Seconds to keep a file at least; two hours where the form has none. Raises FileRefused (400)."""
    if text is None or not text.strip():
        return KEEP_DEFAULT_S
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9 and int(digits) <= KEEP_MOST_S):
        raise FileRefused(
            400, f"expire: whole seconds from 0 to {KEEP_MOST_S}", f"expire：0 到 {KEEP_MOST_S} 的整数秒"
        )
    return int(digits)
