"""A sandbox's data for builders of examples."""

from typing import Any

from linli.domains.sandbox.facts import Facts
from linli.domains.sandbox.times import DAY_MS, wall


class View:
    """Facts as attributes. `token` is a cloudToken; `spare(name)` names something that the call uses up."""

    def __init__(self, facts: Facts, now_ms: int, app_key: str, token: str = "") -> None:
        self._facts = facts
        self.now_ms = now_ms
        self.app_key = app_key
        self.token = token
        self.used: set[str] = set()
        """Spares that the call uses up."""
        self.needed: set[str] = set()
        """Spares that the call uses up or reads."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._facts, name)

    def spare(self, name: str) -> Any:
        self.used.add(name)
        return self.kept(name)

    def kept(self, name: str) -> Any:
        """A spare that the call only reads. It is made once."""
        self.needed.add(name)
        return self._facts.spare.get(name, 0)

    def next(self) -> int:
        """A new number at each call, for names that must be unique."""
        self._facts.count += 1
        return self._facts.count

    def at(self, name: str) -> dict[str, Any]:
        return {"iotId": self._facts.device(name).iot_id}

    def identity(self, name: str) -> dict[str, Any]:
        return {"deviceIdentity": {"type": "IOT_ID", **self.at(name)}}

    @property
    def door(self) -> str:
        return self._facts.device("door").iot_id

    @property
    def product_key(self) -> str:
        return self._facts.device("door").product_key

    @property
    def device_name(self) -> str:
        return self._facts.device("door").device_name

    def wall(self, days: float = 0) -> str:
        return wall(self.now_ms, days=days)

    def since(self, days: float) -> int:
        return self.now_ms - int(days * DAY_MS)
