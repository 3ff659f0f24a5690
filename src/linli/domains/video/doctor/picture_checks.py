"""The steps of a picture: asked, come, readable, playing. Judged by what the last attempt measured. Pure."""

import ipaddress
from typing import Final

from linli.domains.video.doctor.attempts import Attempt
from linli.domains.video.doctor.steps import Check, Facts, check

SILENT_MS: Final = 5_000
"""So long after the answer pictures may take to come."""
LONG_GAP_S: Final = 5.0
"""Between two key pictures: who begins to watch waits for one."""
STALL_MS: Final = 4_000
MUCH_LOST: Final = 0.5
"""Of a hundred packets."""
_CLOCK: Final = 90_000
_STATUSES: Final = {
    403: "invite_forbidden", 404: "invite_unknown", 408: "invite_timeout", 480: "invite_busy", 486: "invite_busy",
    488: "invite_media", 503: "invite_busy",
}  # fmt: skip


def picture_checks(attempt: Attempt | None, *, here: bool, now_ms: int, steady_ms: int) -> list[Check]:
    if attempt is None:
        first = check("asked", "unknown", "not_asked" if here else "waits", mend="test" if here else "")
        return [first, *_waiting("media", "codec", "playing")]
    asked = _asked(attempt, now_ms)
    if asked.state != "good":
        return [asked, *_waiting("media", "codec", "playing")]
    media = _media(attempt, now_ms, steady_ms)
    if not attempt.facts.packets:
        return [asked, media, *_waiting("codec", "playing")]
    return [asked, media, _codec(attempt), _playing(attempt, now_ms)]


def _waiting(*steps: str) -> list[Check]:
    return [check(step, "unknown", "waits") for step in steps]


def _asked(attempt: Attempt, now_ms: int) -> Check:
    began_ms = attempt.began_ms
    if not attempt.status:
        waited_ms = (attempt.ended_ms or now_ms) - began_ms
        if waited_ms >= SILENT_MS:
            return check(
                "asked", "bad", "invite_silent", since_ms=began_ms, mend="test", seconds=waited_ms // 1000
            )
        cause = "invite_given_up" if attempt.ended_ms else "invite_waits"
        return check("asked", "unknown", cause, since_ms=began_ms, mend="test")
    if attempt.status != 200:
        cause = _STATUSES.get(attempt.status, "invite_refused")
        return check("asked", "bad", cause, since_ms=began_ms, mend="test", status=attempt.status)
    return check("asked", "good", "invite_good", since_ms=attempt.answered_ms, port=attempt.port)


def _media(attempt: Attempt, now_ms: int, steady_ms: int) -> Check:
    facts, until_ms = attempt.facts, attempt.ended_ms or now_ms
    notes: list[tuple[str, Facts]] = []
    if facts.wrong_ssrc:
        notes.append(("other_ssrc", {"ssrc": f"{facts.other_ssrc:010d}", "agreed": f"{attempt.ssrc:010d}"}))
    if facts.strangers and facts.packets:
        notes.append(("strangers", {"count": facts.strangers, "host": facts.stranger}))
    if not facts.packets and facts.strangers:
        return check(
            "media", "bad", "stranger", since_ms=attempt.answered_ms, mend="test",
            host=facts.stranger, camera=attempt.camera, count=facts.strangers,
        )  # fmt: skip
    if not facts.packets:
        waited_ms = until_ms - attempt.answered_ms
        if waited_ms < SILENT_MS and not attempt.ended_ms:
            return check("media", "unknown", "media_waits", since_ms=attempt.answered_ms)
        if attempt.hung_up:
            return check("media", "bad", "hung_up", since_ms=attempt.ended_ms, mend="test")
        if waited_ms < SILENT_MS:
            return check("media", "unknown", "media_given_up", since_ms=attempt.answered_ms, mend="test")
        cause, mend = ("no_rtp", "tcp") if attempt.way == "udp" else ("no_connection", "udp")
        return check(
            "media", "bad", cause, since_ms=attempt.answered_ms, mend=mend, notes=_unreachable(attempt),
            host=attempt.to_host, port=attempt.port, seconds=waited_ms // 1000,
        )  # fmt: skip
    quiet_ms = steady_ms - attempt.samples[-1].at_ms if attempt.samples else 0
    if not attempt.ended_ms and quiet_ms > STALL_MS:
        return check(
            "media", "bad", "media_stopped", since_ms=now_ms - quiet_ms, mend="test", seconds=quiet_ms // 1000
        )
    rates = attempt.rates()
    lost = round(facts.lost * 100 / (facts.packets + facts.lost), 1)
    if rates is not None:
        lost = max(lost, rates.lost)
    if lost >= MUCH_LOST:
        mend = "tcp" if attempt.way == "udp" else ""
        return check(
            "media", "warn", "lossy", since_ms=attempt.packets_ms, mend=mend, notes=notes, percent=f"{lost:.1f}",
            lost=facts.lost,
        )  # fmt: skip
    return check(
        "media",
        "good",
        "media_good",
        since_ms=attempt.packets_ms,
        notes=notes,
        packets=facts.packets,
        lost=facts.lost,
    )


def _unreachable(attempt: Attempt) -> list[tuple[str, Facts]]:
    """Where it was told to send to an address of a private network and is not in one."""
    try:
        here, there = ipaddress.ip_address(attempt.to_host), ipaddress.ip_address(attempt.camera)
    except ValueError:
        return []
    return [("private_host", {"host": attempt.to_host})] if here.is_private and there.is_global else []


def _codec(attempt: Attempt) -> Check:
    facts = attempt.facts
    if facts.h265:
        return check("codec", "bad", "h265", since_ms=attempt.packets_ms, mend="test")
    if facts.foreign:
        return check("codec", "bad", "not_ps", since_ms=attempt.packets_ms, mend="test")
    if attempt.shape is not None:
        shape = attempt.shape
        return check(
            "codec",
            "good",
            "h264",
            since_ms=attempt.picture_ms,
            width=shape.width,
            height=shape.height,
            codec=shape.codec,
        )
    return check("codec", "unknown", "codec_unknown", since_ms=attempt.packets_ms)


def _playing(attempt: Attempt, now_ms: int) -> Check:
    facts, until_ms = attempt.facts, attempt.ended_ms or now_ms
    if not facts.pictures:
        if facts.h265 or facts.foreign:
            return check("playing", "unknown", "waits")
        waited_ms = until_ms - attempt.packets_ms
        if waited_ms < SILENT_MS and not attempt.ended_ms:
            return check("playing", "unknown", "key_waits", since_ms=attempt.packets_ms)
        return check(
            "playing", "bad", "no_key", since_ms=attempt.packets_ms, mend="test", seconds=waited_ms // 1000
        )
    gap_s = max(facts.key_gap, facts.since_key) / _CLOCK
    if gap_s > LONG_GAP_S:
        cause = "long_gap" if facts.key_gap >= facts.since_key else "longer_gap"
        return check(
            "playing", "warn", cause, since_ms=attempt.picture_ms, mend="test", seconds=f"{gap_s:.0f}"
        )
    rates = attempt.rates()
    if rates is None:
        return check("playing", "good", "plays", since_ms=attempt.picture_ms)
    if not facts.key_gap:
        return check(
            "playing",
            "good",
            "plays_at",
            since_ms=attempt.picture_ms,
            fps=f"{rates.fps:g}",
            kbits=rates.kbits,
        )
    return check(
        "playing", "good", "plays_whole", since_ms=attempt.picture_ms, fps=f"{rates.fps:g}", kbits=rates.kbits,
        seconds=f"{facts.key_gap / _CLOCK:.1f}",
    )  # fmt: skip
