"""Expected failures: small typed exceptions with a stable code, mapped once per surface (gateway, console, MQTT)."""

from typing import Any, ClassVar

from linli.kernel import i18n


class LinliError(Exception):
    """An expected failure. `code` is stable: clients and devices may test it.

    `facts` fill the text `error.<code>` of the room's strings, and must hold nothing secret.
    `api_code` is the body code of the open API (spec H, 8.2); None leaves it to the gateway's table.
    """

    code: ClassVar[str] = "failed"
    api_code: ClassVar[int | str | None] = None
    code_of_another: ClassVar[bool] = False
    """Whether `api_code` is what somebody else answered, known only when it happens."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(facts)
        self.facts = facts

    def text(self, language: str = i18n.DEFAULT) -> str:
        key = f"error.{self.code}"
        text = i18n.text(key, language, **self.facts)
        return self.code if text == key else text

    @property
    def field(self) -> str | None:
        """The input field at fault, by its wire name."""
        name = self.facts.get("field")
        return str(name) if name is not None else None

    def __str__(self) -> str:
        return self.text("en")


class BadInput(LinliError):
    """A field breaks a rule. `field` is its wire name, `rule` the key of the rule's text `rule.<rule>`."""

    code = "bad_input"

    def __init__(self, *, field: str, rule: str, **facts: Any) -> None:
        super().__init__(field=field, rule=rule, **facts)

    def text(self, language: str = i18n.DEFAULT) -> str:
        rule = i18n.text(f"rule.{self.facts['rule']}", language, **self.facts)
        rule_text = rule.removeprefix("rule.")
        return i18n.text("error.bad_input", language, **{**self.facts, "rule": rule_text})


class Unauthorized(LinliError):
    code = "unauthorized"


class Forbidden(LinliError):
    code = "forbidden"


class NotFound(LinliError):
    """No such row, or none in the caller's scope: the two look alike on purpose."""

    code = "not_found"

    def __init__(self, *, what: str, id: object = "", **facts: Any) -> None:
        super().__init__(what=what, id=id, **facts)

    def text(self, language: str = i18n.DEFAULT) -> str:
        """`what` is shown as the text `what.<what>` in the reader's language, if a room has that text."""
        key = f"what.{self.facts['what']}"
        text = i18n.text(key, language)
        facts = {**self.facts, "what": self.facts["what"] if text == key else text}
        own_text = i18n.text(f"error.{self.code}", language, **facts)
        if self.code != NotFound.code and own_text != f"error.{self.code}":
            return own_text
        named = "not_found" if facts["id"] not in ("", None) else "not_found_unnamed"
        return i18n.text(f"error.{named}", language, **facts)


class Conflict(LinliError):
    code = "conflict"


class TooMany(LinliError):
    code = "too_many"


class TooLarge(LinliError):
    code = "too_large"


class Unavailable(LinliError):
    """Something outside (a device, an engine, the disk) cannot serve now; trying again later may help."""

    code = "unavailable"


class NotYet(Unavailable):
    """Others have their turn; the same work can be done soon. Work that waits so has not failed."""

    code = "not_yet"


class TimedOut(Unavailable):
    code = "timed_out"
