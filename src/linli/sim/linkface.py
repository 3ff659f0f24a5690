"""The device side of LinkFace (spec A 4.4, 4.5): a face library behind the calls that the SDK makes, and the SDK itself.

The library is what a door maker writes: two tables without cascading, one code for each picture of a batch. The SDK
downloads the file and the pictures, hands them over in batches of at most 15 and answers for each.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

from linli.protocols.face_data import (
    MAX_BATCH,
    AddImage,
    AddUser,
    ClearAll,
    ClearGroup,
    DeleteImage,
    DeleteUser,
    FaceEvent,
    FaceImage,
    FaceReport,
    FaceResult,
    FaceUser,
    LibraryCode,
)

USER, PICTURE = 1, 2
MOST_BYTES = 1024 * 1024
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG")

type Download = Callable[[str], Awaitable[bytes]]
"""Raises OSError when the address cannot be read."""


class NewImage(NamedTuple):
    """A picture as the SDK hands it over."""

    info: FaceImage
    content: bytes


class FaceLibrary:
    """`user_info` and `image_info` of a door, and its picture check.

    `capacity` and `bad` are faults on request: how many pictures fit, and the code for the pictures of some persons.
    """

    def __init__(self, *, capacity: int = 50_000) -> None:
        self.users: dict[str, FaceUser] = {}
        self.images: dict[str, FaceImage] = {}
        """By person: this door keeps one picture each, as most do."""
        self.failed: dict[str, int] = {}
        self.capacity = capacity
        self.bad: dict[str, LibraryCode] = {}
        self.batches: list[int] = []
        """How many pictures each batch brought."""

    # pictures

    def add_image_batch(self, images: Sequence[NewImage]) -> list[int]:
        """One code for each, in order."""
        self.batches.append(len(images))
        return [int(self._add_image(image)) for image in images]

    def _add_image(self, image: NewImage) -> LibraryCode:
        person = image.info.person_id
        code = self.bad.get(person) or _look_at(image)
        if not code and person not in self.images and len(self.images) >= self.capacity:
            code = LibraryCode.LIBRARY_FULL
        if code:
            self.failed[person] = int(code)
            return code
        self.failed.pop(person, None)
        self.images[person] = FaceImage(person, image.info.md5, len(image.content), image.info.timestamp_ms)
        return LibraryCode.SUCCESS

    def delete_image(self, person_id: str, md5: str) -> LibraryCode:
        face_image = self.images.get(person_id)
        if face_image is None and person_id not in self.users:
            return LibraryCode.NO_SUCH_PERSON
        if face_image is None or (md5 and face_image.md5 != md5):
            return LibraryCode.NO_SUCH_IMAGE
        del self.images[person_id]
        return LibraryCode.SUCCESS

    def query_image(self, person_id: str) -> FaceImage | None:
        return self.images.get(person_id)

    def polling_images(self, since_ms: int = 0) -> Iterable[FaceImage]:
        return (image for image in self.images.values() if image.timestamp_ms >= since_ms)

    def image_count(self) -> int:
        return len(self.images)

    # users

    def add_user(self, user: FaceUser) -> LibraryCode:
        self.users[user.person_id] = user
        return LibraryCode.SUCCESS

    def delete_user(self, person_id: str) -> LibraryCode:
        face_user = self.users.pop(person_id, None)
        self.failed.pop(person_id, None)
        return LibraryCode.NO_SUCH_PERSON if face_user is None else LibraryCode.SUCCESS

    def query_user(self, person_id: str) -> FaceUser | None:
        return self.users.get(person_id)

    def polling_users(self, since_ms: int = 0) -> Iterable[FaceUser]:
        return (user for user in self.users.values() if user.timestamp_ms >= since_ms)

    def clear_group(self, group_id: str) -> None:
        """Everybody of a group goes, features and rows."""
        for person in [p for p, user in self.users.items() if group_id in user.group_ids]:
            self.users.pop(person)
            self.images.pop(person, None)

    def clear_all(self) -> None:
        self.users.clear()
        self.images.clear()
        self.failed.clear()

    @property
    def faces(self) -> dict[str, str]:
        """Persons whom the door lets in or turns away by their face: personId → md5 of the picture."""
        return {person: image.md5 for person, image in self.images.items() if person in self.users}


def _look_at(image: NewImage) -> LibraryCode:
    if len(image.content) > MOST_BYTES:
        return LibraryCode.TOO_BIG
    if not image.content.startswith(_MAGIC):
        return LibraryCode.FORMAT_UNSUPPORTED
    if hashlib.md5(image.content, usedforsecurity=False).hexdigest() != image.info.md5:
        return LibraryCode.PARSE_FAILED
    return LibraryCode.SUCCESS


class LinkFace:
    """Between the platform's files and the library."""

    def __init__(self, library: FaceLibrary, download: Download, *, batch_size: int = 10) -> None:
        if not 1 <= batch_size <= MAX_BATCH:
            raise ValueError(f"batch_size must be 1 to {MAX_BATCH}")
        self.library = library
        self._download = download
        self._batch_size = batch_size
        self.downloads = 0
        """Pictures fetched so far."""

    async def apply(self, events: Sequence[FaceEvent]) -> list[FaceResult]:
        """Work through a file: one result for each user and picture in it."""
        results: list[FaceResult] = []
        batch: list[NewImage] = []
        for event in events:
            if not isinstance(event, AddImage | AddUser):
                results += self._flush(batch)
            match event:
                case AddUser(user):
                    results.append(FaceResult(user.person_id, USER, int(self.library.add_user(user))))
                case AddImage(image):
                    try:
                        batch.append(NewImage(image, await self._fetch(image)))
                    except OSError:
                        code = int(LibraryCode.DOWNLOAD_FAILED)
                        self.library.failed[image.person_id] = code
                        results.append(FaceResult(image.person_id, PICTURE, code))
                    if len(batch) == self._batch_size:
                        results += self._flush(batch)
                case DeleteImage(person_id, md5):
                    code = int(self.library.delete_image(person_id, md5))
                    results.append(FaceResult(person_id, PICTURE, code))
                case DeleteUser(person_id):
                    results.append(FaceResult(person_id, USER, int(self.library.delete_user(person_id))))
                case ClearGroup(group_id):
                    self.library.clear_group(group_id)
                case ClearAll():
                    self.library.clear_all()
        return results + self._flush(batch)

    async def _fetch(self, image: FaceImage) -> bytes:
        self.downloads += 1
        return await self._download(image.url)

    def _flush(self, batch: list[NewImage]) -> list[FaceResult]:
        if not batch:
            return []
        codes = self.library.add_image_batch(batch)
        face_results = [
            FaceResult(image.info.person_id, PICTURE, code) for image, code in zip(batch, codes, strict=True)
        ]
        batch.clear()
        return face_results

    def report(self) -> FaceReport:
        """Everything held, by the polling calls."""
        failed = tuple(FaceResult(person, PICTURE, code) for person, code in self.library.failed.items())
        return FaceReport(tuple(self.library.polling_users()), tuple(self.library.polling_images()), failed)
