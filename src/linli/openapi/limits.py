"""How often a key may call, from the limits that the operator set for the key, for its company and for everybody.

A limit is set for a subject (an app key, a company, or everybody) on a path or on all calls together. A limit that is
not set for a subject comes from the next wider one, in the end from the settings; 0 means no limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from linli.kernel.settings import CallLimits

ALL: Final = ""
"""The path that stands for all calls of a subject together."""
EVERYBODY: Final = ""
"""The subject whose rules hold where a key or a company has none of its own."""
EACH_METHOD: Final = "*"
"""Of EVERYBODY: each key on each single method."""
EACH_COMPANY: Final = "company"
"""Of EVERYBODY: each company, all of its keys together. ALL is each key."""


class Rule(NamedTuple):
    """Calls a second and a day. None: as the wider rule says; 0: as many as come."""

    per_second: int | None = None
    per_day: int | None = None

    def over(self, wider: Rule) -> Rule:
        """This rule, and the wider one where it says nothing."""
        second, day = self
        return Rule(wider.per_second if second is None else second, wider.per_day if day is None else day)


NO_RULE: Final = Rule()


class Limits(NamedTuple):
    """Everything that was set about the calls of one key, by path."""

    own: Mapping[str, Rule]
    company: Mapping[str, Rule]
    everybody: Mapping[str, Rule]

    def of_method(self, path: str, rate: float | None) -> Rule:
        """The key on one method; `rate` is what the method itself declares a second."""
        declared = Rule(None if rate is None else max(1, int(rate)))
        wider = self.everybody.get(path, NO_RULE).over(declared.over(self.everybody[EACH_METHOD]))
        return self.own.get(path, NO_RULE).over(wider)

    def in_all(self) -> Rule:
        """The key on all methods together."""
        return self.own.get(ALL, NO_RULE).over(self.everybody[ALL])

    def of_company(self) -> Rule:
        """The company's keys together."""
        return self.company.get(ALL, NO_RULE).over(self.everybody[EACH_COMPANY])


def with_settings(rules: Mapping[str, Rule], settings: CallLimits) -> dict[str, Rule]:
    """The rules for everybody, over what the settings say."""
    base = {
        EACH_METHOD: Rule(settings.per_second, 0),
        ALL: Rule(0, settings.per_day),
        EACH_COMPANY: Rule(0, settings.company_per_day),
    }
    return {**rules, **{path: rules.get(path, NO_RULE).over(rule) for path, rule in base.items()}}
