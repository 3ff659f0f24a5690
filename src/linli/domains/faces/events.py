"""Events of faces, published to the other rooms in the transaction that wrote them."""

from typing import ClassVar

from linli.kernel.events import Event


class PictureChanged(Event, frozen=True):
    """A person's face is live by this faceId from now on, or it was erased."""

    name: ClassVar[str] = "faces.picture_changed"
    tenant_id: str
    identity_id: str
    face_id: str
    live: bool
