"""Looks on while a camera is asked for its live picture, and notes each step of it once."""

from typing import Final

from linli.domains.video.doctor.attempts import Attempt
from linli.domains.video.doctor.memory import Doctor
from linli.media.cameras.wire import Facts
from linli.protocols.h26x import Shape

_SILENCE: Final = 408


class AttemptWatch:
    def __init__(self, doctor: Doctor, gb_id: str, channel: str, attempt: Attempt) -> None:
        self._doctor = doctor
        self._place = (gb_id, channel)
        self.attempt = attempt
        self._seen: set[str] = set()

    def _note(self, head: str, peer: str, about: str = "") -> None:
        if head not in self._seen:
            self._seen.add(head)
            self._doctor.picture(*self._place, head, peer, about)

    def call_changed(self, state: str, status: int) -> None:
        attempt, now_ms = self.attempt, self._doctor.now_ms()
        if state == "there":
            attempt.answered_ms, attempt.status = now_ms, 200
        elif state == "refused":
            attempt.answered_ms, attempt.status = now_ms, status
        elif state == "silent":
            attempt.status = _SILENCE
        elif state == "over":
            attempt.hung_up = True

    def measured(self, facts: Facts, shape: Shape | None) -> None:
        attempt = self.attempt
        attempt.measure(facts, self._doctor.now_ms(), self._doctor.steady_ms())
        attempt.shape = shape or attempt.shape
        here = f"{attempt.way} {attempt.camera} → {attempt.port}"
        if facts.packets:
            self._note("first_packet", here, f"SSRC {facts.other_ssrc or attempt.ssrc:010d}")
        if facts.strangers:
            self._note("strangers", f"{attempt.way} {facts.stranger} → {attempt.port}")
        if facts.wrong_ssrc:
            self._note("wrong_ssrc", here, f"SSRC {facts.other_ssrc:010d}, {attempt.ssrc:010d}")
        if facts.lost:
            self._note("lost", here)
        if facts.h265:
            self._note("h265", here)
        if facts.foreign:
            self._note("not_ps", here)
        if facts.pictures:
            self._note("first_picture", here)

    def ended(self) -> None:
        attempt, facts = self.attempt, self.attempt.facts
        attempt.ended_ms = self._doctor.now_ms()
        if facts.packets or attempt.answered_ms:
            about = f"{facts.packets} / {facts.lost} / {facts.pictures}"
            self._note("ended", f"{attempt.way} {attempt.camera} → {attempt.port}", about)
