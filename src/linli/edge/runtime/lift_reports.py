"""What gateways tell of the linkages that they carried out (A30): in the box's words, once, and what they do not tell."""

import asyncio
import hashlib
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from linli.edge.runtime.lift_journal import Journal
from linli.edge.runtime.lift_notes import Missed, PassNote
from linli.edge.runtime.lift_under_way import UnderWay
from linli.edge.runtime.queue import Together
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger

log = logger(__name__)

PATIENCE_S: Final = 20.0
"""How long after its delay a rule of a gateway may take until it is told."""
REPEATED_S: Final = 60.0
"""A report like the last one is a repetition within this time, unless somebody passed meanwhile."""
FORGOTTEN_S: Final = 600.0
MOST_PASSES: Final = 5_000
MOST_RULES: Final = 20_000
"""Rules whose last report is remembered."""
LOOK_S: Final = 1.0
FORGET_S: Final = 60.0
_WAYS: Final = {"qrcode": "qrCode", "card": "tradCard", "bluetooth": "bleCard"}
"""A pass's type as doors have it, by that of A30."""


class LiftReports:
    """One per box. `linkage_of` names the linkage of a rule that we wrote; empty for others'.

    `journal` keeps over restarts what was told last; the passes that are not told yet come back by `Passage`.
    """

    def __init__(
        self,
        linkage_of: Callable[[str], str],
        journal: Journal,
        under_way: UnderWay,
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._under_way = under_way
        self._journal = journal
        self._linkage_of = linkage_of
        self._now_s = now_s
        self._passes: dict[tuple[str, str], list[PassNote]] = {}
        self._notes: deque[PassNote] = deque()
        self._last: OrderedDict[tuple[str, str], tuple[str, float]] = OrderedDict()

    async def start(self) -> None:
        """What was told in an earlier life of the box is a repetition still."""
        now = self._now_s()
        for lift, rule, mark, age_ms in await self._journal.marks():
            self._last[lift, rule] = mark, now - age_ms / 1000

    def passed(self, lift: str, content: str) -> PassNote:
        """Somebody passed, before the machine has its answer: no report of the pass is earlier."""
        while len(self._notes) >= MOST_PASSES:
            self._drop(self._notes.popleft())
        note = PassNote((lift, content), self._now_s(), changing=self._under_way.rules(lift))
        self._notes.append(note)
        self._passes.setdefault(note.key, []).append(note)
        return note

    def expect(self, note: PassNote, rule: str, delay_s: float, missed: Missed) -> None:
        """The gateway is to act for the pass. `missed`: it told nothing in time."""
        if rule not in note.reported:
            note.expected[rule] = self._now_s() + delay_s + PATIENCE_S, missed

    async def heard(self, note: PassNote, rule: str, within_s: float) -> bool:
        """Whether the gateway tells of the pass in time."""
        try:
            async with asyncio.timeout(within_s):
                while rule not in note.reported:
                    note.news.clear()
                    await note.news.wait()
        except TimeoutError:
            return False
        return True

    def event_of(self, lift: str, report: Mapping[str, Any]) -> dict[str, Any] | None:
        """The event of a report; None where it is kept already."""
        rule = str(report.get("ruleId", ""))
        linkage = self._linkage_of(rule)
        if not linkage:
            return dict(report)
        mark = hashlib.sha256(msgspec.json.encode(report, order="sorted")).hexdigest()[:32]
        if self._is_kept(lift, rule, report, mark):
            log.info("%s tells again what became of rule %s", lift, rule)
            return None
        way = str(report.get("authType", ""))
        event = {**report, "ruleId": linkage, "authType": _WAYS.get(way, way), "code": 0, "message": ""}
        content = str(report.get("authContent", ""))
        return Together(event, self._journal.report_is_kept(lift, linkage, rule, content, mark))

    def _is_kept(self, lift: str, rule: str, report: Mapping[str, Any], mark: str) -> bool:
        """Whether it is a repetition, or its pass was given up."""
        now, last = self._now_s(), self._last.get((lift, rule))
        self._last[lift, rule] = mark, now
        self._last.move_to_end((lift, rule))
        if len(self._last) > MOST_RULES:
            self._last.popitem(last=False)
        notes = self._passes.get((lift, str(report.get("authContent", ""))), ())
        for note in sorted(notes, key=lambda note: rule in note.missed):  # those given up last
            if rule not in note.reported:
                note.reported.add(rule)
                note.news.set()
                note.expected.pop(rule, None)
                return rule in note.missed
        return last is not None and last[0] == mark and now - last[1] < REPEATED_S

    def _drop(self, note: PassNote) -> None:
        notes = self._passes.get(note.key, [])
        if note in notes:
            notes.remove(note)
        if not notes:
            self._passes.pop(note.key, None)

    async def run(self) -> None:
        forgot = self._now_s()
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()
            if self._now_s() - forgot > FORGET_S:
                forgot = self._now_s()
                try:
                    await self._journal.forget()
                except LinliError as error:
                    log.error("old passes at lifts are not forgotten: %s", error)

    async def look(self) -> None:
        """Give up what was not told in time, and forget old passes."""
        now = self._now_s()
        while self._notes and not self._notes[0].expected and now - self._notes[0].at_s > FORGOTTEN_S:
            self._drop(self._notes.popleft())
        for note in list(self._notes):
            for rule in [rule for rule, (until_s, _) in note.expected.items() if until_s <= now]:
                _, missed = note.expected.pop(rule)
                note.missed.add(rule)
                try:
                    await missed()
                except LinliError as error:
                    log.error("what a gateway did not tell is not kept: %s", error)
