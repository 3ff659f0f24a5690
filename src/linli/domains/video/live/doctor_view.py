"""What is seen of a device and a camera of it now, for the page and the file."""

from linli.domains.video.doctor.checks import Recorded, Seen
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.rows import GbChannel, GbDevice
from linli.kernel.clock import Clock


def seen_of(
    video: VideoDesk, device: GbDevice, clock: Clock, *, channel: GbChannel | None, recorded: Recorded | None
) -> Seen:
    """Raises VideoOff."""
    front, doctor = video.front, video.doctor
    visits = doctor.visits(device.gb_id)
    line = front.lines.named(device.gb_id)
    trial = video.trials.of(channel.channel_id) if channel is not None else None
    tries = trial is not None and trial.phase != "over"
    host = next(reversed(visits.wrong), visits.asked_host or device.trouble_host)
    return Seen(
        device=device,
        port=front.port,
        here=line is not None and front.lines.flow(line) is not None,
        visits=visits,
        like=doctor.strangers.like(device.gb_id, clock.now_ms()),
        catalogue=doctor.catalogue(device.gb_id),
        channel=channel,
        attempt=doctor.attempt(device.gb_id, channel.channel, now=tries) if channel is not None else None,
        recorded=recorded,
        began_ms=max(doctor.began_ms, device.created_ms),
        rests_ms=front.guard.rest_ms(host, clock.steady_ms()) if host else 0,
        now_ms=clock.now_ms(),
        steady_ms=clock.steady_ms(),
        subscribed=() if line is None else tuple(front.subscriptions.of(line)),
    )
