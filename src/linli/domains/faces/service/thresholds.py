"""A community's own thresholds of recognition, in place of the model's."""

from sqlalchemy import bindparam, delete

from linli.domains.faces.models import thresholds
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.vision.looks import Thresholds

LOWEST = 0.2
"""Lowest threshold. Below it strangers are taken for persons, with any model."""
MARGIN_MAX = 0.5

_drop = Command(
    delete(thresholds).where(
        in_scope(thresholds), thresholds.c.community_id == bindparam("community_id", type_=INT)
    )
)


async def set_own(
    scope: Scope, tx: Tx, *, community_id: int, model_id: str, wanted: Thresholds, now_ms: int
) -> None:
    """Set a community's thresholds. They are void when the model changes. Raises BadInput, NotFound."""
    scope.allow(community_id)
    for field, value in (("accept", wanted.accept), ("unsure", wanted.unsure)):
        if not LOWEST <= value <= 1:
            raise BadInput(field=field, rule="range", low=LOWEST, high=1)
    if wanted.unsure > wanted.accept:
        raise BadInput(field="unsure", rule="range", low=LOWEST, high=wanted.accept)
    if not 0 <= wanted.margin <= MARGIN_MAX:
        raise BadInput(field="margin", rule="range", low=0, high=MARGIN_MAX)
    row = {
        "community_id": community_id,
        "model_id": model_id,
        "tenant_id": scope.tenant,
        "accept": wanted.accept,
        "unsure": wanted.unsure,
        "margin": wanted.margin,
        "changed_ms": now_ms,
    }
    kept = ("accept", "unsure", "margin", "changed_ms")
    await tx.upsert(thresholds, [row], keys=("community_id", "model_id"), update=kept)


async def clear(scope: Scope, tx: Tx, *, community_id: int) -> None:
    """Use the model's thresholds again. Raises NotFound for a foreign community."""
    scope.allow(community_id)
    await _drop.run(tx, scope, community_id=community_id)
