"""What jobs of this room carry."""

import msgspec

DROP_FILE = "faces.drop_file"


class FaceFileKey(msgspec.Struct, frozen=True):
    """Outbox payload: a file made for a device or a subscriber that nobody needs any more."""

    key: str
