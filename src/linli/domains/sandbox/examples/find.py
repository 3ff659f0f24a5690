"""The example of one method."""

from typing import Any, NamedTuple

from linli.domains.sandbox.examples.by_field import filled
from linli.domains.sandbox.examples.by_method import WRITTEN
from linli.domains.sandbox.examples.models import of_model
from linli.domains.sandbox.examples.view import View
from linli.domains.sandbox.facts import Facts
from linli.domains.sandbox.spares import MAKERS, Bench
from linli.openapi.registry import MethodSpec


class Example(NamedTuple):
    """Parameters that work once or always."""

    params: dict[str, Any]
    spends: frozenset[str]
    """Spares that the call uses up. They are dropped when it succeeds."""


async def example_of(spec: MethodSpec, bench: Bench, *, fresh: bool = False) -> Example:
    """Parameters for a call in the sandbox. Makes the spares that it needs; `fresh`: new ones.

    Changes `bench.facts`, which the caller stores. Raises SandboxFailed.
    """
    facts, now_ms = bench.facts, bench.shop.clock.now_ms()
    build = WRITTEN.get(spec.key) or WRITTEN.get((spec.path, ""))
    token = ""
    if spec.path.endswith("/token/refresh"):
        token = await bench.partner.token(facts.community_id)
    if build is None:
        view = View(facts, now_ms, bench.partner.key.app_key, token)
        return Example(of_model(spec, view) or filled(spec.params, view), frozenset())
    asked = View(Facts(devices=facts.devices), now_ms, "", "")
    build(asked)
    for name in sorted(asked.needed):
        if name not in facts.spare or (fresh and name in asked.used):
            facts.spare = {**facts.spare, name: await MAKERS[name](bench)}
    return Example(build(View(facts, now_ms, bench.partner.key.app_key, token)), frozenset(asked.used))
