"""Search by picture: exact 1:N over the faces of one community, by its thresholds."""

import asyncio
from typing import NamedTuple

from linli.domains.faces.queries import templates as queries
from linli.domains.faces.service.inspection import good_look, translate_failure
from linli.kernel.db import Database
from linli.kernel.scope import Scope
from linli.vision.engine import Change, Engine
from linli.vision.looks import Hit, Look, Thresholds, Verdict, decide

PAGE = 2000
"""Templates an index takes in at a time."""
SIBLINGS = 4
"""Pictures of one person that a search allows for, so that they do not hide the next person."""


class Candidate(NamedTuple):
    face_id: str
    identity_id: str
    score: float
    """Cosine, -1 to 1."""


class Decision(NamedTuple):
    verdict: Verdict
    candidates: list[Candidate]
    """Different persons, most similar first, none below the threshold `unsure`."""
    look: Look
    thresholds: Thresholds


class FaceSearch:
    """The indexes of this process. Each community's index follows the templates in the database."""

    def __init__(self, db: Database, engine: Engine) -> None:
        self._db = db
        self.engine = engine
        self._turns: dict[int, asyncio.Lock] = {}

    async def who_is(
        self, scope: Scope, *, community_id: int, picture: bytes, field: str, limit: int = 5
    ) -> Decision:
        """Raises FaceRefused and BadInput naming `field`, FacesOff, FacesBusy, NotFound for a foreign community."""
        scope.allow(community_id)
        seen = await good_look(self.engine, picture, field=field, use="search")
        return await self.whose(scope, community_id=community_id, look=seen, limit=limit)

    async def whose(self, scope: Scope, *, community_id: int, look: Look, limit: int = 5) -> Decision:
        """`who_is` for an existing look. Raises FacesOff, FacesBusy."""
        scope.allow(community_id)
        limits = await self.thresholds(scope, community_id)
        library = await translate_failure(self._follow(scope, community_id), field="picture")
        wanted = (limit + 1) * SIBLINGS
        (hits,) = await translate_failure(
            self.engine.search(library, [look.vector], limit=wanted), field="picture"
        )
        templates = await queries.of_faces(scope, self._db, community_id, [hit.id for hit in hits])
        persons: dict[str, Candidate] = {}
        for hit in hits:
            if (row := templates.get(hit.id)) is not None:
                who = row.identity_id or row.face_id
                persons.setdefault(who, Candidate(hit.id, row.identity_id, hit.score))
        ranked = list(persons.values())
        verdict = decide([Hit(candidate.face_id, candidate.score) for candidate in ranked], limits)
        return Decision(
            verdict,
            [candidate for candidate in ranked if candidate.score >= limits.unsure][:limit],
            look,
            limits,
        )

    async def thresholds(self, scope: Scope, community_id: int) -> Thresholds:
        """The community's thresholds, or the model's. Raises FacesOff."""
        state = self.engine.state
        own = await queries.site_thresholds(scope, self._db, community_id, state.model_id)
        return own or state.thresholds or Thresholds(accept=1.0, unsure=1.0, margin=0.0)

    async def _follow(self, scope: Scope, community_id: int) -> str:
        """Update the community's index with changes. Returns its name."""
        model_id = self.engine.state.model_id
        library = f"{community_id}-{model_id}"
        async with self._turns.setdefault(community_id, asyncio.Lock()):
            mark = await self.engine.mark(library)
            stand = await queries.library(scope, self._db, community_id)
            if stand is None or mark == stand.change_no:
                return library
            # The index is older than purged rows, or newer than a restored database: build it again.
            afresh = mark < stand.purged_no or mark > stand.change_no
            mark = 0 if afresh else mark
            while mark < stand.change_no or afresh:
                deltas = await queries.since(scope, self._db, community_id, mark, limit=PAGE)
                mark = deltas[-1].change_no if deltas else stand.change_no
                changes = [_change(delta, model_id) for delta in deltas]
                await self.engine.feed(library, changes, mark=mark, afresh=afresh)
                afresh = False
        return library


def _change(delta: queries.Delta, model_id: str) -> Change:
    comparable = delta.state == queries.KEPT and delta.model_id == model_id
    return Change(delta.face_id, (delta.vector or b"") if comparable else b"")
