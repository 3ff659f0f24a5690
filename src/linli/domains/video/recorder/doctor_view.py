"""What the recorder says of a camera, for the page that tells why there is no picture."""

from linli.domains.video.doctor.checks import Recorded
from linli.domains.video.recorder.room import Recordings
from linli.kernel.scope import Scope


def recorded_of(scope: Scope, recordings: Recordings, iot_id: str) -> Recorded | None:
    """What the recorder says of a camera, in the caller's words; None: this process has none."""
    if recordings.recorder is None:
        return None
    row = recordings.recorder.camera(iot_id)
    if row is None or not row.wanted():
        return Recorded()
    if row.trouble:
        text = row.reason.text(scope.language) if row.reason is not None else ""
        return Recorded("away", row.trouble, text)
    return Recorded("recording" if row.writing else "waiting")
