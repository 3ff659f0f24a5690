"""Records that a local parking system pushed, kept for the cloud. Source: spec F 4.4."""

from linli.edge.parking.local_system import LocalPush
from linli.edge.parking.params import read_time
from linli.edge.parking.work import Work


def keep(work: Work, push: LocalPush, picture: str) -> None:
    """Once for each number of the system. Raises ParkingRefused (606)."""
    times = {field: work.show(read_time(text, work.zone, field)) for field, text in push.at.items() if text}
    fresh = work.do(
        "INSERT INTO parking_sightings VALUES (?, ?, '') ON CONFLICT DO NOTHING", push.source, work.now_ms
    )
    if not fresh:
        return
    files = {push.picture_field: picture} if push.picture_field else {}
    work.report(push.model, {**push.record, **times}, **files)
