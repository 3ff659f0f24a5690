"""Tables of the video component in the box's file. Triples and cameras' passwords lie there as doors' do: mode 0600."""

from typing import Final

from linli.edge.store import Step

STEPS: Final[tuple[Step, ...]] = (
    Step(
        "video.1",
        """
        CREATE TABLE video_devices (no INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
        CREATE TABLE video_certificates (
            device_name TEXT PRIMARY KEY, product_key TEXT NOT NULL, device_secret TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE video_gateways (
            instance INTEGER PRIMARY KEY, product_key TEXT NOT NULL, device_name TEXT NOT NULL,
            device_secret TEXT NOT NULL
        );
        """,
    ),
)
