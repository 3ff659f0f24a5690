"""What methods and fields of the open API are, in the reader's language.

English stands in the docstring of a method; Chinese in `descriptions.zh-CN.json`, by path, or by path and version where
an older version differs. A field says both: `中文 / English`.
"""

import json
import re
from pathlib import Path
from typing import Final

BETWEEN: Final = " / "
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
CHINESE: Final[dict[str, str]] = json.loads(
    Path(__file__).with_name("descriptions.zh-CN.json").read_text("utf-8")
)


def in_chinese(path: str, version: str) -> str:
    """What the method does; empty for one that nobody has described."""
    return CHINESE.get(f"{path} {version}", CHINESE.get(path, ""))


def half(description: str, language: str) -> str:
    """The part of `中文 / English` for the language; the whole where it is not in two."""
    parts = description.split(BETWEEN)
    for at in range(1, len(parts)):
        if not _CHINESE.search(parts[at]):
            chinese, english = BETWEEN.join(parts[:at]), BETWEEN.join(parts[at:])
            return english if language == "en" else chinese
    return description
