"""RTP without I/O and without a clock: packets, reports, key presses, and what can be said of a stream's reception; whole
pictures from packets.

Source: RFC 3550, RFC 3551, RFC 4585 (feedback), RFC 2833 and 4733 (key presses), RFC 5761 and 7983 (what shares a port).
"""

from .events import Digits, build_event, read_event
from .packets import HEAD_BYTES, MAX_PACKET, Head, build_packet, payload, read_head
from .pictures import H264Pictures, Picture, Vp8Pictures
from .reception import Reception
from .rtcp import PictureLoss, Report, build_picture_loss, is_rtcp, read_compound

__all__ = [
    "HEAD_BYTES",
    "MAX_PACKET",
    "Digits",
    "H264Pictures",
    "Head",
    "Picture",
    "PictureLoss",
    "Reception",
    "Report",
    "Vp8Pictures",
    "build_event",
    "build_packet",
    "build_picture_loss",
    "is_rtcp",
    "payload",
    "read_compound",
    "read_event",
    "read_head",
]
