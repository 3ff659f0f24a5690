"""Users, pictures, and the events that change a device's face library."""

from dataclasses import dataclass

MAX_PERSON_ID = 64
MAX_NAME = 128
MAX_GROUP_ID = 64
MAX_GROUPS = 16
MAX_EXTRA_INFO = 2048
MAX_CRON = 4096
MAX_ZONE = 64
MAX_BATCH = 15
"""Pictures that a device takes at once (`addFaceBatchSize`)."""


@dataclass(frozen=True, slots=True)
class FaceUser:
    """`linkface_user_info`. Times are UTC ms; the platform gives them, a device never makes one."""

    person_id: str
    name: str = ""
    group_ids: tuple[str, ...] = ()
    timestamp_ms: int = 0
    extra_info: str = ""
    policy: str = "PERMISSION"
    """PERMISSION, or DENY: a matching person is refused."""
    starts_ms: int = 0
    ends_ms: int = 0
    """0: without end."""
    schedule: str = ""
    """Cron expressions joined by `;` for when within the window it opens; empty: always."""
    zone: str = ""
    """Time zone of the schedule by its IANA name; empty: Asia/Shanghai."""


@dataclass(frozen=True, slots=True)
class FaceImage:
    """`linkface_image_info`, the picture by reference."""

    person_id: str
    md5: str
    size: int = 0
    timestamp_ms: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class AddUser:
    """USERINFO (1): add, or replace what is known."""

    user: FaceUser


@dataclass(frozen=True, slots=True)
class DeleteUser:
    """USERINFO (1): the user alone; pictures go by deletions of their own."""

    person_id: str
    timestamp_ms: int = 0


@dataclass(frozen=True, slots=True)
class AddImage:
    """USERPIC (2)."""

    image: FaceImage


@dataclass(frozen=True, slots=True)
class DeleteImage:
    """USERPIC (2): one picture, named by person and md5; an empty md5 names every picture of the person."""

    person_id: str
    md5: str = ""
    timestamp_ms: int = 0


@dataclass(frozen=True, slots=True)
class ClearGroup:
    """GROUPDEL (5)."""

    group_id: str


@dataclass(frozen=True, slots=True)
class ClearAll:
    """DELTOTAL (21)."""


type FaceEvent = AddUser | DeleteUser | AddImage | DeleteImage | ClearGroup | ClearAll


@dataclass(frozen=True, slots=True)
class FaceResult:
    """The result for one picture or user. `event` is 1 (user) or 2 (picture)."""

    person_id: str
    event: int
    code: int


@dataclass(frozen=True, slots=True)
class FaceReport:
    """Everything a device holds, as its polling calls tell it."""

    users: tuple[FaceUser, ...] = ()
    images: tuple[FaceImage, ...] = ()
    failed: tuple[FaceResult, ...] = ()
    """Persons whose last picture it could not take."""
