"""The way of a camera's picture step by step: what holds, what does not, since when, and what mends it. Pure."""

from typing import Final, Literal, NamedTuple

from linli.domains.video.doctor.attempts import Attempt
from linli.domains.video.doctor.memory import Catalogue
from linli.domains.video.doctor.picture_checks import picture_checks
from linli.domains.video.doctor.steps import Check, Facts, Subscribed, check
from linli.domains.video.doctor.visits import Stranger, Visits
from linli.domains.video.rows import GbChannel, GbDevice

LATE_MS: Final = 120_000
"""Keepalives come each minute, by the standard's default; the device is let go later."""
_SHY: Final = 3
"""So many registrations without a log-in, and none with one: our answers do not arrive."""


class Recorded(NamedTuple):
    """What the platform's recorder says of a camera."""

    state: Literal["off", "waiting", "recording", "away"] = "off"
    cause: str = ""
    reason: str = ""
    """Of a cause that has words of its own."""


class Seen(NamedTuple):
    """All that is known of a device, and of one camera of it."""

    device: GbDevice
    port: int
    """Where it is to register."""
    here: bool
    """There is a way to it now."""
    visits: Visits
    like: Stranger | None
    catalogue: Catalogue | None
    channel: GbChannel | None
    attempt: Attempt | None
    recorded: Recorded | None
    began_ms: int
    """Since then this process looks."""
    rests_ms: int
    """Steady milliseconds that passwords from its address are not looked at any more; 0: they are."""
    now_ms: int
    steady_ms: int
    subscribed: tuple[Subscribed, ...] = ()
    """What it was asked to tell by itself."""


def checks_of(seen: Seen) -> list[Check]:
    """The steps in their order; of a device without a camera those that are its own."""
    steps = [_registered(seen), _alive(seen), _catalogue(seen), _subscribed(seen)]
    if seen.channel is not None:
        steps += picture_checks(seen.attempt, here=seen.here, now_ms=seen.now_ms, steady_ms=seen.steady_ms)
        if seen.recorded is not None:
            steps.append(_recorded(seen.recorded))
    return steps


def _registered(seen: Seen) -> Check:
    visits, device = seen.visits, seen.device
    notes = _registration_notes(seen)
    wrong = next(reversed(visits.wrong.items()), None)
    if seen.here and wrong is not None and wrong[0] == device.host:
        return check(
            "registered", "warn", "wrong_since", since_ms=wrong[1].last_ms, mend="password",
            notes=_resting(seen, notes), count=wrong[1].times, host=wrong[0],
        )  # fmt: skip
    if seen.here:
        return check(
            "registered", "good", "registered", since_ms=device.registered_ms, notes=notes, host=device.host
        )
    if wrong is not None or device.trouble == "wrong_password":
        host, count, last_ms = device.trouble_host, 1, device.trouble_ms
        if wrong is not None:
            host, (count, last_ms) = wrong
        return check(
            "registered", "bad", "wrong_password", since_ms=last_ms, mend="password",
            notes=_resting(seen, notes), count=count, host=host,
        )  # fmt: skip
    if visits.password_ms:
        return check(
            "registered", "unknown", "password_new", since_ms=visits.password_ms, notes=_resting(seen, notes)
        )
    if visits.left_ms:
        return check("registered", "bad", "left", since_ms=visits.left_ms)
    if visits.asked >= _SHY and not visits.proofs:
        return check(
            "registered", "bad", "no_log_in", since_ms=visits.asked_ms, notes=notes,
            count=visits.asked, host=visits.asked_host,
        )  # fmt: skip
    if seen.like is not None:
        like = seen.like
        return check(
            "registered", "bad", "other_code", since_ms=like.last_ms, host=like.host, code=like.gb_id
        )
    if device.registered_ms:
        return check(
            "registered",
            "bad",
            "away",
            since_ms=device.registered_ms,
            notes=notes,
            host=device.host,
            port=seen.port,
        )
    return check("registered", "bad", "never", since_ms=seen.began_ms, notes=notes, port=seen.port)


def _resting(seen: Seen, notes: list[tuple[str, Facts]]) -> list[tuple[str, Facts]]:
    return [*notes, ("rests", {"seconds": -(-seen.rests_ms // 1000)})] if seen.rests_ms else notes


def _registration_notes(seen: Seen) -> list[tuple[str, Facts]]:
    visits = seen.visits
    notes: list[tuple[str, Facts]] = []
    if visits.other_server:
        notes.append(("other_server", {"code": visits.other_server}))
    if visits.other_domain:
        notes.append(("other_domain", {"code": visits.other_domain}))
    if visits.moved_ms:
        notes.append(("moved", {"host": visits.moved_from}))
    host, wrong = next(reversed(visits.wrong.items()), ("", None))
    if seen.here and wrong is not None and host != seen.device.host:
        notes.append(("also_wrong", {"host": host, "count": wrong.times}))
    return notes


def _alive(seen: Seen) -> Check:
    visits = seen.visits
    if not seen.here:
        return check("alive", "unknown", "waits")
    since_ms = visits.alive_ms
    if not since_ms:
        begin_ms = max(seen.device.registered_ms, seen.began_ms)
        if seen.now_ms - begin_ms > LATE_MS:
            return check(
                "alive", "warn", "no_keepalive", since_ms=begin_ms, seconds=(seen.now_ms - begin_ms) // 1000
            )
        return check("alive", "unknown", "keepalive_due", since_ms=begin_ms)
    quiet_ms = seen.now_ms - since_ms
    if quiet_ms > max(LATE_MS, 2 * visits.alive_each_ms):
        return check("alive", "bad", "keepalive_late", since_ms=since_ms, seconds=quiet_ms // 1000)
    if visits.fault:
        return check("alive", "warn", "keepalive_fault", since_ms=since_ms, status=visits.fault)
    if visits.alive_each_ms:
        seconds = max(1, round(visits.alive_each_ms / 1000))
        return check("alive", "good", "keepalive_each", since_ms=since_ms, seconds=seconds)
    return check("alive", "good", "keepalive", since_ms=since_ms)


def _catalogue(seen: Seen) -> Check:
    last = seen.catalogue
    if last is None:
        cause = "waits" if not seen.here else "catalogue_unknown"
        return check("catalogue", "unknown", cause, mend="catalogue" if seen.here else "")
    asked_ms, mend = last.asked_ms, "catalogue" if seen.here else ""
    if last.status == 408:
        return check("catalogue", "bad", "catalogue_silent", since_ms=asked_ms, mend=mend)
    if last.status:
        return check(
            "catalogue", "bad", "catalogue_refused", since_ms=asked_ms, mend=mend, status=last.status
        )
    if not last.entries:
        return check("catalogue", "bad", "catalogue_empty", since_ms=asked_ms, mend=mend)
    if last.entries < last.total:
        return check(
            "catalogue", "warn", "catalogue_partial", since_ms=asked_ms, mend=mend,
            entries=last.entries, total=last.total,
        )  # fmt: skip
    channel = seen.channel
    if channel is not None and not channel.listed:
        return check(
            "catalogue",
            "bad",
            "catalogue_lacks",
            since_ms=channel.changed_ms,
            mend=mend,
            code=channel.channel,
        )
    if channel is not None and channel.changed_ms < asked_ms:
        return check(
            "catalogue", "bad", "catalogue_lacks", since_ms=asked_ms, mend=mend, code=channel.channel
        )
    if channel is not None and not channel.online:
        return check("catalogue", "bad", "catalogue_off", since_ms=channel.changed_ms, mend=mend)
    return check("catalogue", "good", "catalogue_whole", since_ms=asked_ms, mend=mend, entries=last.entries)


def _subscribed(seen: Seen) -> Check:
    """That a device has none is no fault: what it tells by itself is taken all the same."""
    if not seen.here:
        return check("subscribed", "unknown", "waits")
    if not seen.device.subscribes:
        return check("subscribed", "unknown", "subscribed_to_nothing")
    active = [each for each in seen.subscribed if each.state == "active"]
    lacking = [each for each in seen.subscribed if each.state in ("refused", "silent")]
    notes: list[tuple[str, Facts]] = [(f"subscribed_{each.kind}", {}) for each in active]
    if lacking and not active:
        cause = "subscribing_silent" if lacking[0].state == "silent" else "subscribing_refused"
        return check("subscribed", "unknown", cause, since_ms=lacking[0].since_ms, status=lacking[0].status)
    notes += [(f"lacks_{each.kind}", {"status": each.status}) for each in lacking]
    if active:
        return check("subscribed", "good", "subscribed", since_ms=active[0].since_ms, notes=notes)
    return check("subscribed", "unknown", "subscribing")


def _recorded(recorded: Recorded) -> Check:
    if recorded.state == "away":
        return check("recording", "bad", recorded.cause, text=recorded.reason, mend="plan")
    cause = {"off": "not_recorded", "waiting": "waits_for_alarm", "recording": "recording"}[recorded.state]
    return check("recording", "unknown" if recorded.state == "off" else "good", cause, mend="plan")
