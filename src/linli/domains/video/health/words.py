"""What was seen of a picture, in the reader's language."""

from typing import Any, Final

import msgspec

from linli.kernel import i18n

_facts: Final = msgspec.json.Decoder(dict[str, Any])


def reason_of(kind: str, facts: str, language: str) -> str:
    """Since the facts are numbers, so are the words: `health.<kind>`, and one with a direction of a known shift."""
    values = _facts.decode(facts or "{}")
    if kind == "moved" and "across" in values:
        across, down = int(values["across"]), int(values["down"])
        # the picture goes the other way than the lens
        ways = [
            i18n.text(f"health.way.{way}", language, percent=abs(size))
            for way, size in (
                ("right" if across < 0 else "left", across),
                ("down" if down < 0 else "up", down),
            )
            if abs(size) >= 2
        ]
        joined = i18n.text("health.way.and", language).join(ways)
        return i18n.text("health.turned", language, **values, ways=joined)
    return i18n.text(f"health.{kind}", language, **values)


def trouble_of(code: str, language: str) -> str:
    """Why there was no picture to look at; empty: there was. Facts of the moment are left out."""
    if not code:
        return ""
    short = i18n.text(f"health.trouble.{code}", language)
    return short if short != f"health.trouble.{code}" else i18n.text("health.no_picture", language)
