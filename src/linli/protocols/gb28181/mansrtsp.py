"""MANSRTSP: how a playback is steered within its call, in INFO bodies. Source: GB/T 28181-2016, annex B."""


def play(number: int, *, seek_s: int | None = None, scale: float | None = None) -> bytes:
    """Go on, from a second after the begin of what was asked for, or faster."""
    lines = ["PLAY MANSRTSP/1.0", f"CSeq: {number}"]
    if scale is not None:
        lines.append(f"Scale: {scale:g}")
    lines.append("Range: npt=now-" if seek_s is None else f"Range: npt={seek_s}-")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
