"""Faces, on the box's side and on the door's. Source: spec G 3.2, A8-A11."""

from typing import Annotated, ClassVar

from msgspec import Meta

from linli.protocols.door_http.messages.base import (
    Answer,
    Decimal,
    Key,
    Millis,
    Page,
    Request,
    Text,
    Wire,
    page_number,
)

ADD, DELETE, UPDATE, CLEAR = 1, 2, 3, 4
"""`type` of an entry; `CLEAR` empties the library and needs no faceId."""
Md5 = Annotated[str, Meta(min_length=1, max_length=64)]


class Recognize(Request, frozen=True, kw_only=True):
    """A form. `photo` holds the bytes of the part."""

    photo: bytes
    disable_edge_detect_face: str | None = None
    """"1" asks the box to find the face first, in spite of the name (spec G 11, row 17)."""
    temperature: Decimal | None = None

    @property
    def detects(self) -> bool:
        return self.disable_edge_detect_face == "1"


class RecognizedData(Wire, frozen=True, kw_only=True):
    face_id: Key
    name: Text
    photo_id: Key
    user_id: Key


class RecognizeAnswer(Answer, frozen=True, kw_only=True):
    data: RecognizedData


class UserInfo(Wire, frozen=True, kw_only=True):
    user_id: Key | None = None
    user_name: Text | None = None
    expiry_time: Millis | None = None
    is_in_black_list: bool | None = None


class FaceEntry(Wire, frozen=True, kw_only=True):
    """One change. Only the given members of `userInfo` and `feature` change."""

    type: Annotated[int, Meta(ge=ADD, le=CLEAR)]
    face_id: Key | None = None
    user_info: UserInfo | None = None
    user_info_md5: Md5 | None = None
    feature: Annotated[list[float], Meta(min_length=1, max_length=4096)] | None = None
    feature_md5: Md5 | None = None

    def __post_init__(self) -> None:
        if self.type != CLEAR and self.face_id is None:
            raise ValueError("faceId is required unless type is 4")
        if self.type == ADD and (self.feature is None or self.user_info is None):
            raise ValueError("feature and userInfo are required when type is 1")


class SyncFaces(Request, frozen=True, kw_only=True):
    MOST: ClassVar[int] = 50
    faces: Annotated[list[FaceEntry], Meta(max_length=50)]


class QueryFaces(Request, frozen=True, kw_only=True):
    current_page: Page | None = None
    """From 1; absent: all, as far as the device can tell them at once."""
    page_size: Page | None = None

    @property
    def page(self) -> tuple[int | None, int | None]:
        return page_number(self.current_page), page_number(self.page_size)


class FaceLibraryPage(Wire, frozen=True, kw_only=True):
    current_page: int
    page_count: int
    page_size: int
    total: int
    face_info: list[tuple[str, str, str]]
    """(faceId, userInfoMd5, featureMd5)."""


class QueryFacesAnswer(Answer, frozen=True, kw_only=True):
    data: FaceLibraryPage


class FacePass(Request, frozen=True, kw_only=True):
    """A form. Only passes that opened the door are told."""

    face_id: Key
    photo: bytes
    similarity: Annotated[str, Meta(pattern=r"^(0(\.\d{1,12})?|1(\.0{1,12})?)$")]
    """0 to 1, a decimal string."""
    temperature: Decimal | None = None


class PhotoData(Wire, frozen=True, kw_only=True):
    photo_id: Key


class FacePassAnswer(Answer, frozen=True, kw_only=True):
    data: PhotoData


class GetPhoto(Request, frozen=True, kw_only=True):
    """Ours: the source names the fetching of a photo and gives no form (spec G 3.9). One of the two is given."""

    photo_id: Key | None = None
    """Of a pass that this door reported."""
    face_id: Key | None = None
    """Of a person who may pass here: the picture in the library."""

    def __post_init__(self) -> None:
        if (self.photo_id is None) == (self.face_id is None):
            raise ValueError("photoId or faceId is required, and only one of them")


class PhotoContent(Wire, frozen=True, kw_only=True):
    photo: bytes
    """Base64 on the wire."""


class GetPhotoAnswer(Answer, frozen=True, kw_only=True):
    data: PhotoContent
