"""Desired rows of a door as calls: in batches, confirmed one by one, read back and compared. Source: spec G 5, F4-F7.

A batch succeeds or fails as a whole. The owner of the desired rows sends failed rows again; all changes are upserts.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, cast

import msgspec

from linli.edge.doors.caller import CallFailed
from linli.edge.doors.links import Link
from linli.edge.framework.errors import DeviceRefused, ServiceUnknown
from linli.kernel.errors import LinliError
from linli.protocols.door_http import RULE_VERSION, Ask
from linli.protocols.door_http.messages import faces, permissions, rules
from linli.protocols.door_http.messages.elevators import Elevators, GetInfo, InfoAnswer

MOST_PAGES: Final = 10_000
"""Of one read-back; a door that never ends is not read for ever."""


class BatchResult(NamedTuple):
    """`why` is empty when the door confirmed."""

    keys: tuple[str, ...]
    why: str
    timed_out: bool
    """The door may have taken it, or not."""


@dataclass(frozen=True, slots=True)
class WantedFace:
    """A person whom a door is to recognise."""

    face_id: str
    user: faces.UserInfo
    feature: tuple[float, ...]

    @property
    def user_md5(self) -> str:
        return mark_of(self.user)

    @property
    def feature_md5(self) -> str:
        return mark_of(self.feature)

    def entry(self, change: int, *, user: bool = True, feature: bool = True) -> faces.FaceEntry:
        return faces.FaceEntry(
            type=change,
            face_id=self.face_id,
            user_info=self.user if user else None,
            user_info_md5=self.user_md5 if user else None,
            feature=list(self.feature) if feature else None,
            feature_md5=self.feature_md5 if feature else None,
        )


def mark_of(content: faces.UserInfo | Sequence[float]) -> str:
    """A mark of content that the door keeps and returns; it protects nothing."""
    return hashlib.md5(msgspec.json.encode(content), usedforsecurity=False).hexdigest()


class ListedFaces:
    """A few people as a list: for the certification bench and tests."""

    def __init__(self, people: Iterable[WantedFace]) -> None:
        self._people = {person.face_id: person for person in people}

    async def marks(self) -> Mapping[str, tuple[str, str]]:
        return {key: (face.user_md5, face.feature_md5) for key, face in self._people.items()}

    async def load(self, face_ids: Sequence[str]) -> Sequence[WantedFace]:
        return [self._people[face_id] for face_id in face_ids if face_id in self._people]


class WantedFaces(Protocol):
    """Everybody whom one door is to recognise. Marks are small; features are not, and are loaded a batch at a time."""

    async def marks(self) -> Mapping[str, tuple[str, str]]:
        """(userInfoMd5, featureMd5) by faceId."""
        ...

    async def load(self, face_ids: Sequence[str]) -> Sequence[WantedFace]:
        """In their order; persons who are no longer desired are left out."""
        ...


class FaceChange(NamedTuple):
    """One entry to send, before its content is loaded."""

    type: int
    face_id: str
    user: bool = False
    """Whether the entry tells who it is…"""
    feature: bool = False
    """…and what they look like."""


def face_changes(
    wanted: Mapping[str, tuple[str, str]], reported: Iterable[tuple[str, str, str]]
) -> Iterator[FaceChange]:
    """The changes from a door's library (faceId, userInfoMd5, featureMd5) to the desired one. Deletions first: a full
    door has room only after them. Source: spec G 5, F5."""
    marks = {face_id: (user, feature) for face_id, user, feature in reported}
    for face_id in marks:
        if face_id not in wanted:
            yield FaceChange(faces.DELETE, face_id)
    for face_id, want in wanted.items():
        have = marks.get(face_id)
        if have is None:
            yield FaceChange(faces.ADD, face_id, True, True)
        elif have != want:
            yield FaceChange(faces.UPDATE, face_id, have[0] != want[0], have[1] != want[1])


async def face_entries(wanted: WantedFaces, changes: Sequence[FaceChange]) -> list[faces.FaceEntry]:
    """The entries of some changes, with their content."""
    people = {
        face.face_id: face
        for face in await wanted.load(
            [face_change.face_id for face_change in changes if face_change.type != faces.DELETE]
        )
    }
    entries = []
    for change in changes:
        if change.type == faces.DELETE:
            entries.append(faces.FaceEntry(type=faces.DELETE, face_id=change.face_id))
        elif (person := people.get(change.face_id)) is not None:
            entries.append(person.entry(change.type, user=change.user, feature=change.feature))
    return entries


class Orders:
    """Calls to one machine. Each raises what `Link.post` raises, unless its docstring names more."""

    def __init__(self, link: Link) -> None:
        self._link = link

    # faces

    async def sync_faces(self, entries: Sequence[faces.FaceEntry]) -> list[BatchResult]:
        """In order, 50 at a time."""
        return await self._batches(
            "/faceAC/syncFaces",
            entries,
            faces.SyncFaces.MOST,
            lambda face_entry: face_entry.face_id or "*",
            lambda token, batch: faces.SyncFaces(token=token, faces=batch),
        )

    async def query_faces(self) -> list[tuple[str, str, str]]:
        """The whole library: at once if the door can, else page by page as it proposes."""
        first = await self._face_page(None, None)
        entries = list(first.face_info)
        for page in range(2, min(first.page_count, MOST_PAGES) + 1):
            entries += (await self._face_page(page, first.page_size)).face_info
        return entries

    async def _face_page(self, page: int | None, size: int | None) -> faces.FaceLibraryPage:
        answer = await self._link.post(
            "/faceAC/queryFaces",
            lambda token: faces.QueryFaces(token=token, current_page=page, page_size=size),
        )
        return cast(faces.QueryFacesAnswer, answer).data

    async def change_faces(
        self, wanted: WantedFaces, changes: Sequence[FaceChange]
    ) -> AsyncIterator[tuple[Sequence[FaceChange], BatchResult]]:
        """In order, 50 at a time; each batch is loaded when the one before it was answered."""
        for at in range(0, len(changes), faces.SyncFaces.MOST):
            part = changes[at : at + faces.SyncFaces.MOST]
            for result in await self.sync_faces(await face_entries(wanted, part)):
                yield part, result

    async def compare_faces(self, wanted: WantedFaces) -> list[BatchResult]:
        """Read the library back and send the difference."""
        changes = list(face_changes(await wanted.marks(), await self.query_faces()))
        return [result async for _, result in self.change_faces(wanted, changes)]

    # cards

    async def sync_cards(
        self, entries: Sequence[permissions.Permission], *, ble: bool = False
    ) -> list[BatchResult]:
        """In order, 200 at a time."""
        return await self._batches(
            "/bleAC/syncPermissions" if ble else "/cardAC/syncPermissions",
            entries,
            permissions.SyncPermissions.MOST,
            lambda permission: permission.card_id,
            lambda token, batch: permissions.SyncPermissions(token=token, permissions=batch),
        )

    async def query_cards(self) -> list[permissions.HeldPermission]:
        """The door's entries, if it serves our extension (spec G 3.9)."""
        first = await self._card_page(None, None)
        cards = list(first.permissions)
        for page in range(2, min(first.page_count, MOST_PAGES) + 1):
            cards += (await self._card_page(page, first.page_size)).permissions
        return cards

    async def _card_page(self, page: int | None, size: int | None) -> permissions.PermissionPage:
        answer = await self._link.post(
            "/cardAC/queryPermissions",
            lambda token: permissions.QueryPermissions(token=token, current_page=page, page_size=size),
        )
        return cast(permissions.QueryPermissionsAnswer, answer).data

    # lifts

    async def sync_rules(self, entries: Sequence[rules.Rule]) -> list[BatchResult]:
        """In order, 200 at a time, checked against the lifts first. Raises ValueError naming rule, field and reason."""
        if any(entry.type != rules.DELETE for entry in entries):
            lifts = await self.lifts()
            for rule in entries:
                try:
                    rules.check_rooms(rule, lifts)
                except ValueError as error:
                    raise ValueError(f"rule {rule.rule_id}: {error}") from None
        return await self._batches(
            "/elevator/rule/sync",
            entries,
            rules.SyncRules.MOST,
            lambda rule: rule.rule_id or "*",
            lambda token, batch: rules.SyncRules(version=RULE_VERSION, token=token, rules=batch),
        )

    async def query_rules(self) -> list[rules.Rule]:
        first = await self._rule_page(None, None)
        entries = list(first.user_data)
        for page in range(2, min(first.page_count, MOST_PAGES) + 1):
            entries += (await self._rule_page(page, first.page_size)).user_data
        return entries

    async def _rule_page(self, page: int | None, size: int | None) -> rules.RulePage:
        answer = await self._link.post(
            "/elevator/rule/get",
            lambda token: rules.GetRules(
                version=RULE_VERSION, token=token, current_page=page, page_size=size
            ),
        )
        return cast(rules.RulesAnswer, answer).data

    async def lifts(self) -> Elevators:
        answer = await self._link.post(
            "/elevator/info/get", lambda token: GetInfo(version=RULE_VERSION, token=token)
        )
        return cast(InfoAnswer, answer).data

    # all

    async def _batches[E](
        self,
        path: str,
        entries: Sequence[E],
        most: int,
        key: Callable[[E], str],
        make: Callable[[str, list[E]], Ask],
    ) -> list[BatchResult]:
        """A batch that fails does not stop those after it."""
        results = []
        for at in range(0, len(entries), most):
            batch = list(entries[at : at + most])
            why, timed_out = "", False
            try:
                await self._link.post(path, lambda token, batch=batch: make(token, batch))  # type: ignore[misc]
            except ServiceUnknown:
                raise
            except CallFailed as error:
                why, timed_out = str(error), error.timed_out
            except DeviceRefused as error:
                why = f"code {error.facts['device_code']}: {error.facts['why']}"
            except LinliError as error:
                why = str(error)
            results.append(BatchResult(tuple(map(key, batch)), why, timed_out))
        return results
