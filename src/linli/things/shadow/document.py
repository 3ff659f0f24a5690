"""The shadow's rules, without storage: the effect of an update on a document, and the codes of refusals.

A key of `reported` or `desired` has any JSON value and is replaced as a whole. The text "null" (or null) removes the
key; in place of the whole object it removes all keys. Every change needs a version above the present one; -1 first
resets the document to version 0. Times are seconds since the epoch. Codes and limits: public shadow protocol (spec
clients b.4).
"""

from typing import Any, Final, Literal

import msgspec

from linli.kernel.errors import Conflict, LinliError

MAX_BYTES: Final = 16 * 1024
"""Of `reported` and `desired` together, as JSON."""
MAX_ATTRIBUTES: Final = 128
"""In each of the two."""
MAX_DEPTH: Final = 5
MAX_VERSION: Final = 2**53 - 1
RESET: Final = -1

type Part = Literal["reported", "desired"]

_NULLS: Final = ("null", None)
_encode = msgspec.json.encode


class ShadowRefused(LinliError):
    """The protocol's own refusal. The device gets `errorcode` and `words`."""

    code = "shadow.refused"

    def __init__(self, errorcode: int, words: str) -> None:
        super().__init__(errorcode=errorcode, words=words)
        self.errorcode = errorcode
        self.words = words


class VersionConflict(ShadowRefused, Conflict):
    """Somebody changed the document meanwhile. `version` is the document's now."""

    code = "shadow.version_conflict"

    def __init__(self, version: int) -> None:
        super().__init__(409, f"shadow version conflict: the shadow has version {version}")
        self.version = version
        self.facts = {"version": version}


class Shadow(msgspec.Struct):
    """One document."""

    version: int = 0
    reported: dict[str, Any] = {}
    desired: dict[str, Any] = {}
    stamps: dict[str, dict[str, int]] = {}
    """When each key was last set, by part."""
    modified_ms: int = 0
    wish_version: int = 0
    """Of the last change that an application made to `desired`."""
    told_version: int = 0
    """The last version that the device is known to have."""

    @property
    def missed(self) -> bool:
        """Whether something is wanted that the device may not know of."""
        return bool(self.desired) and self.told_version < self.wish_version

    @property
    def state(self) -> dict[str, Any]:
        return {"reported": self.reported, "desired": self.desired}

    @property
    def metadata(self) -> dict[str, Any]:
        """`{"reported": {"colour": {"timestamp": s}}, "desired": {…}}`."""
        return {
            part: {key: {"timestamp": at} for key, at in self.stamps.get(part, {}).items()}
            for part in ("reported", "desired")
        }

    def advance(self, version: Any, now_ms: int) -> None:
        """Take on `version`. Raises ShadowRefused: 403 for no whole number, 409 unless it is above the held one."""
        if type(version) is not int or not RESET <= version <= MAX_VERSION:
            raise ShadowRefused(403, "version must be a whole number")
        if version != RESET and version <= self.version:
            raise VersionConflict(self.version)
        self.version = 0 if version == RESET else version
        self.told_version = min(self.told_version, self.version)
        self.wish_version = min(self.wish_version, self.version)
        self.modified_ms = now_ms

    def merge(self, part: Part, values: Any, now_ms: int) -> None:
        """Set and remove keys of `part`. Raises ShadowRefused; check with `check_limits` once all is merged."""
        if values in _NULLS:
            self._clear(part)
            return
        if not isinstance(values, dict):
            raise ShadowRefused(402, f"state.{part} must be an object")
        getattrs: dict[str, Any] = getattr(self, part)
        stamps = self.stamps.setdefault(part, {})
        for key, value in values.items():
            if value in _NULLS:
                getattrs.pop(key, None)
                stamps.pop(key, None)
            else:
                getattrs[key] = value
                stamps[key] = now_ms // 1000

    def drop(self, part: Part, names: Any) -> None:
        """Remove keys of `part`: those of an object, whatever stands there, or all for "null". Raises ShadowRefused."""
        if names in _NULLS:
            self._clear(part)
            return
        if not isinstance(names, dict):
            raise ShadowRefused(402, f"state.{part} must be an object")
        for key in names:
            getattr(self, part).pop(key, None)
            self.stamps.get(part, {}).pop(key, None)

    def check_limits(self) -> None:
        """Raises ShadowRefused 408 for too many attributes, 400 for a document too large or nested too deep."""
        for part in ("reported", "desired"):
            if len(getattr(self, part)) > MAX_ATTRIBUTES:
                raise ShadowRefused(408, f"{part} has more than {MAX_ATTRIBUTES} attributes")
        if any(_deeper(value, MAX_DEPTH) for value in (self.reported, self.desired)):
            raise ShadowRefused(400, f"state is nested deeper than {MAX_DEPTH} levels")
        if len(_encode(self.reported)) + len(_encode(self.desired)) > MAX_BYTES:
            raise ShadowRefused(400, f"the shadow is larger than {MAX_BYTES} bytes")

    def _clear(self, part: Part) -> None:
        setattr(self, part, {})
        self.stamps.pop(part, None)


def _deeper(value: Any, levels: int) -> bool:
    """Whether objects and lists in `value` are nested deeper than `levels`."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper(value, levels - 1) for value in inner)
