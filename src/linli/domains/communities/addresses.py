"""How people write where a house is: "3-1-502", "3幢1单元502室", "03/01/0502" all mean one."""

import re
import unicodedata

_PART = re.compile(r"[0-9A-Z]+|[^\W\d_A-Z]+")
_CODE = re.compile(r"[0-9A-Z]+")
_LEVEL_WORDS = frozenset({"幢", "栋", "楼", "座", "号", "号楼", "单元", "室", "房", "层", "小区", "区", "期"})


def parts(text: str) -> tuple[str, ...]:
    """The names of the levels of a location, for comparisons: capital letters, no leading zeros, no 幢, 单元, 室."""
    plain = unicodedata.normalize("NFKC", text).upper()
    cores = []
    for part in _PART.findall(plain):
        if _CODE.fullmatch(part):
            cores.append(part.lstrip("0") or "0")
        elif part not in _LEVEL_WORDS:
            cores.append(part.removesuffix("号楼").rstrip("幢栋座室"))
    return tuple(part for part in cores if part)
