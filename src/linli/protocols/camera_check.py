"""The test of a camera behind a box, as a service of its thing model: a step each, in the order of the way."""

from typing import Final

SERVICE: Final = "CameraCheck"
STEPS: Final = ("reached", "log_in", "clock", "profiles", "stream", "codec", "picture")
STATES: Final = ("good", "warn", "bad", "unknown")
CAUSES: Final = (
    "site_reached", "site_unreachable", "site_not_onvif", "site_log_in", "site_wrong_password", "site_clock",
    "site_clock_off", "site_clock_unknown", "site_profile", "site_no_profile", "site_stream", "site_stream_unreachable",
    "site_stream_log_in", "site_stream_refused", "site_stream_broken", "site_codec", "site_h265", "site_other_codec",
    "site_picture", "site_no_packets", "site_no_key", "site_slow", "waits",
)  # fmt: skip
"""What the platform has words for; `Detail` goes into them."""
