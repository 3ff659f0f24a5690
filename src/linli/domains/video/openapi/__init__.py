"""Open API of video (spec B A066-A068, F 3.1): live, recordings, playback. Addresses are for one session.

Encryption (`encrypted`): AES-128-CBC with PKCS #7 over each IDR unit of key pictures but its first byte, each from the
returned IV; containers stay as they are. `docs/guides/video` has a decryptor.
"""

from linli.domains.video.openapi.live import query_stream, query_stream_older, request_live, stop_stream
from linli.domains.video.openapi.recordings import play_file, play_named, play_span, query_records

__all__ = [
    "play_file",
    "play_named",
    "play_span",
    "query_records",
    "query_stream",
    "query_stream_older",
    "request_live",
    "stop_stream",
]
