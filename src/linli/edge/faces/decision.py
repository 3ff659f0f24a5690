"""May the person in this picture enter here and now? Source: spec G 5, F3; the codes are those of spec E 3.2."""

from collections.abc import Sequence
from typing import Final

from linli.edge.doors.keeper import Recognised
from linli.edge.faces.index import LIBRARY
from linli.edge.faces.rows import DoorPerson, FaceRows, user_id_of
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.protocols.face_data import FaceUser
from linli.rules.codes import PassCode
from linli.rules.credentials import Decision
from linli.rules.schedules import holds
from linli.vision.engine.ports import Busy, Engine, EngineError, TooSlow
from linli.vision.looks import Hit, decide

BEST: Final = 50
"""Hits among all faces of the site, before those are left out that this door may not know."""


def percent(cosine: float) -> float:
    """-1..1 as the percent of forms and records (spec G 11, row 41)."""
    return (cosine + 1) * 50


class Decider:
    def __init__(self, engine: Engine, store: Store, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock

    async def recognise(
        self, device: str, photo: bytes, *, detect: bool, similarity: int
    ) -> Recognised | None:
        """None: no person of this door matches. A search that failed is reported as a decision without a person."""
        recognised = await self._find(device, photo, crop=not detect, similarity=similarity)
        if recognised is None and not detect:
            # A door that sends more than a face without asking for detection would never know anybody.
            recognised = await self._find(device, photo, crop=False, similarity=similarity)
        return recognised

    async def _find(self, device: str, photo: bytes, *, crop: bool, similarity: int) -> Recognised | None:
        try:
            hits = await self._engine.find(LIBRARY, photo, crop=crop, limit=BEST)
        except (Busy, TooSlow):
            return nobody(PassCode.FACE_TIMED_OUT)
        except EngineError:  # the engine is off, or the bytes are no picture: then no person is let in
            return nobody(PassCode.FACE_FEATURE_FAILED)
        here = await self._here(device, hits)
        if not here and not await self._store.read(lambda c: FaceRows(c).knows_anybody(device)):
            return nobody(PassCode.FACE_LIBRARY_EMPTY)
        thresholds = self._engine.state.thresholds
        best = [hit for hit, _ in here]
        # The model's own threshold holds too: no form can make the box trust a likeness that means nothing.
        if thresholds is None or decide(best, thresholds) != "match" or percent(best[0].score) < similarity:
            return None
        person = here[0][1]
        return Recognised(
            person.person_id,
            user_id_of(person.user),
            person.user.name or person.person_id,
            judge(person.user, self._clock.now_ms()),
            round(percent(best[0].score)),
        )

    async def _here(self, device: str, hits: Sequence[Hit]) -> list[tuple[Hit, DoorPerson]]:
        """The hits that are persons of this door, each person once."""
        if not hits:
            return []
        pictures = [int(hit.id) for hit in hits]
        persons = await self._store.read(lambda c: FaceRows(c).persons_at(device, pictures))
        matches: dict[str, tuple[Hit, DoorPerson]] = {}
        for hit in hits:
            person = persons.get(int(hit.id))
            if person is not None:
                matches.setdefault(person.person_id, (hit, person))
        return list(matches.values())


def nobody(code: PassCode) -> Recognised:
    return Recognised("", "", "", Decision(code))


def judge(user: FaceUser, now_ms: int) -> Decision:
    """The black list first, then the window (both ends belong to it), then the schedule."""
    if user.policy == "DENY":
        return Decision(PassCode.FACE_BLACKLISTED)
    if now_ms < user.starts_ms:
        return Decision(PassCode.FACE_NOT_EFFECTIVE)
    if user.ends_ms and now_ms > user.ends_ms:
        return Decision(PassCode.FACE_EXPIRED)
    return Decision(PassCode.SUCCESS if holds(user.schedule, now_ms) else PassCode.FACE_NOT_EFFECTIVE)
