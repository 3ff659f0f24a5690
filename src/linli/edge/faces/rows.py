"""All reads and writes of the room's tables, as work of the store: nothing here outlives its connection's turn."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from linli.edge.doors.orders import mark_of
from linli.protocols.door_http.messages.faces import UserInfo
from linli.protocols.face_data import FaceImage, FaceUser

_encode: Final = msgspec.msgpack.Encoder().encode
_decode_user: Final = msgspec.msgpack.Decoder(FaceUser).decode


class DoorPerson(NamedTuple):
    """A person as one door may know them."""

    person_id: str
    user: FaceUser


class Picture(NamedTuple):
    no: int
    """Never given twice; under it the engine keeps the vector."""
    person_id: str
    md5: str


class Wanted(NamedTuple):
    """A person for the library of a door that compares faces itself."""

    person_id: str
    user_mark: str
    feature_mark: str | None
    """None: the vector is not made yet."""
    starts_ms: int
    schedule: str


class ReportRow(NamedTuple):
    """One row of a door's report. `failed` is the code for the last picture it could not take."""

    person_id: str
    user: FaceUser | None
    image: FaceImage | None
    failed: int
    ready: bool
    """Whether the picture has its vector."""


def user_info(user: FaceUser) -> UserInfo:
    """The form for doors that compare faces themselves (spec G A9). An end of 0 means no end."""
    return UserInfo(
        user_id=user_id_of(user),
        user_name=user.name or user.person_id,
        expiry_time=str(user.ends_ms) if user.ends_ms else None,
        is_in_black_list=user.policy == "DENY",
    )


def user_id_of(user: FaceUser) -> str:
    """`userId` of the picture's extension data, where the integrator gave one; else the face's id."""
    try:
        extra = msgspec.json.decode(user.extra_info) if user.extra_info else None
    except msgspec.DecodeError:
        extra = None
    user_id = extra.get("userId") if isinstance(extra, dict) else None
    return user_id if isinstance(user_id, str) and 0 < len(user_id) <= 64 else user.person_id


class FaceRows:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    # numbers

    def door(self, name: str) -> int:
        """The number of a door, given at its first use."""
        self._execute("INSERT INTO face_doors (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
        return int(self._execute("SELECT no FROM face_doors WHERE name = ?", (name,)).fetchone()[0])

    def door_or_none(self, name: str) -> int | None:
        row = self._execute("SELECT no FROM face_doors WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def _person(self, person_id: str) -> int:
        sql = "INSERT INTO face_people (person_id) VALUES (?) ON CONFLICT DO NOTHING"
        self._execute(sql, (person_id,))
        sql = "SELECT no FROM face_people WHERE person_id = ?"
        return int(self._execute(sql, (person_id,)).fetchone()[0])

    def state(self, name: str) -> int:
        row = self._execute("SELECT value FROM face_state WHERE name = ?", (name,)).fetchone()
        return 0 if row is None else int(row[0])

    def count_up(self, name: str) -> int:
        """The next number of a counter."""
        sql = (
            "INSERT INTO face_state VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
            " RETURNING value"
        )
        return int(self._execute(sql, (name,)).fetchone()[0])

    # what the platform says

    def put_user(self, door: int, user: FaceUser) -> None:
        person = self._person(user.person_id)
        content = _encode(user)
        self._execute(
            "INSERT INTO face_users (person, said, mark, starts_ms, schedule) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (person, content, mark_of(user_info(user)), user.starts_ms, user.schedule),
        )
        sql = "SELECT no FROM face_users WHERE person = ? AND said = ?"
        (number,) = self._execute(sql, (person, content)).fetchone()
        self._execute(
            "INSERT INTO face_rights (door, person, user) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET user = excluded.user",
            (door, person, number),
        )

    def picture(self, person_id: str, md5: str, model: str) -> tuple[int | None, bool]:
        """(number of a picture that is here, whether it lacks a vector of the model)."""
        sql = (
            "SELECT x.no, NOT EXISTS (SELECT 1 FROM face_features f WHERE f.picture = x.no AND f.model = ?)"
            " FROM face_pictures x JOIN face_people p ON p.no = x.person WHERE p.person_id = ? AND x.md5 = ?"
        )
        row = self._execute(sql, (model, person_id, md5)).fetchone()
        return (None, True) if row is None else (int(row[0]), bool(row[1]))

    def add_picture(self, image: FaceImage) -> int:
        person = self._person(image.person_id)
        sql = "INSERT INTO face_pictures (person, md5, size, at_ms) VALUES (?, ?, ?, ?) RETURNING no"
        row = self._execute(sql, (person, image.md5, image.size, image.timestamp_ms)).fetchone()
        return int(row[0])

    def put_image(self, door: int, person_id: str, picture: int) -> None:
        self._execute(
            "INSERT INTO face_rights (door, person, picture) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET picture = excluded.picture, failed = 0",
            (door, self._person(person_id), picture),
        )

    def put_failure(self, door: int, person_id: str, code: int) -> None:
        """A picture could not be used: the door keeps what it had, and its report has the code."""
        self._execute(
            "INSERT INTO face_rights (door, person, failed) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET failed = excluded.failed",
            (door, self._person(person_id), code),
        )

    def clear_failures(self, picture: int) -> None:
        """A picture that could not be worked through is of use after all."""
        whose = "(SELECT person FROM face_pictures WHERE no = ?1)"
        sql = f"UPDATE face_rights SET failed = 0 WHERE picture = ?1 AND person = {whose}"
        self._execute(sql, (picture,))

    def drop_user(self, door: int, person_id: str) -> bool:
        """Whether the user was there."""
        right = self._right(door, person_id)
        self._change(door, person_id, "user = NULL, failed = 0")
        return right is not None and right[0] is not None

    def drop_image(self, door: int, person_id: str, md5: str = "") -> bool | None:
        """Whether the picture was there; None: nor was the person. An empty md5 names any."""
        right = self._right(door, person_id)
        if right is None:
            return None
        if right[1] is None or (md5 and right[1] != md5):
            return False
        self._change(door, person_id, "picture = NULL")
        return True

    def _right(self, door: int, person_id: str) -> tuple[int | None, str | None] | None:
        """(user, md5 of the picture) that a door has of a person."""
        sql = (
            "SELECT r.user, x.md5 FROM face_rights r JOIN face_people p ON p.no = r.person"
            " LEFT JOIN face_pictures x ON x.no = r.picture WHERE r.door = ? AND p.person_id = ?"
        )
        row: tuple[int | None, str | None] | None = self._execute(sql, (door, person_id)).fetchone()
        return row

    def _change(self, door: int, person_id: str, change: str) -> None:
        """Change a right, and drop it when nothing is left of it."""
        where = "WHERE door = ? AND person = (SELECT no FROM face_people WHERE person_id = ?)"
        self._execute(f"UPDATE face_rights SET {change} {where}", (door, person_id))
        empty = "user IS NULL AND picture IS NULL AND failed = 0"
        self._execute(f"DELETE FROM face_rights {where} AND {empty}", (door, person_id))

    def drop_door(self, door: int) -> list[str]:
        """Ids of all persons that the door had."""
        sql = "SELECT p.person_id FROM face_rights r JOIN face_people p ON p.no = r.person WHERE r.door = ?"
        gone = [person for (person,) in self._execute(sql, (door,))]
        self._execute("DELETE FROM face_rights WHERE door = ?", (door,))
        return gone

    def forget_door(self, name: str) -> None:
        number = "(SELECT no FROM face_doors WHERE name = ?)"
        self._execute(f"DELETE FROM face_held WHERE door = {number}", (name,))
        self._execute("DELETE FROM face_doors WHERE name = ?", (name,))

    def drop_group(self, door: int, group_id: str) -> list[str]:
        gone = [row.person_id for row in self.report(door) if row.user and group_id in row.user.group_ids]
        for person_id in gone:
            self.drop_image(door, person_id)
            self.drop_user(door, person_id)
        return gone

    def sweep(self, person_ids: Iterable[str]) -> list[Picture]:
        """Delete what no door has any more of these persons; the pictures that were deleted."""
        gone: list[Picture] = []
        for person_id in person_ids:
            row = self._execute("SELECT no FROM face_people WHERE person_id = ?", (person_id,)).fetchone()
            if row is None:
                continue
            for name, column in (("face_pictures", "picture"), ("face_users", "user")):
                in_use = f"SELECT {column} FROM face_rights WHERE person = ?1 AND {column} IS NOT NULL"
                what = "no, md5" if column == "picture" else "no, ''"
                sql = f"DELETE FROM {name} WHERE person = ?1 AND no NOT IN ({in_use}) RETURNING {what}"
                rows = self._execute(sql, row).fetchall()
                if column == "picture":
                    gone += [Picture(no, person_id, md5) for no, md5 in rows]
            sql = "DELETE FROM face_people WHERE no = ?1 AND NOT EXISTS (SELECT 1 FROM face_rights WHERE person = ?1)"
            self._execute(sql, row)
        for picture in gone:
            self._execute("DELETE FROM face_features WHERE picture = ?", (picture.no,))
        return gone

    def report(self, door: int, model: str = "") -> list[ReportRow]:
        """The persons of a door. `ready`: the picture has a vector of `model`."""
        sql = (
            "SELECT p.person_id, u.said, x.md5, x.size, x.at_ms, r.failed, EXISTS"
            " (SELECT 1 FROM face_features f WHERE f.picture = r.picture AND f.model = ?) FROM face_rights r"
            " JOIN face_people p ON p.no = r.person LEFT JOIN face_users u ON u.no = r.user"
            " LEFT JOIN face_pictures x ON x.no = r.picture WHERE r.door = ?"
        )
        rows = []
        for person_id, encoded, md5, size, at_ms, failed, ready in self._execute(sql, (model, door)):
            image = None if md5 is None else FaceImage(person_id, md5, size, at_ms)
            user = None if encoded is None else _decode_user(encoded)
            rows.append(ReportRow(person_id, user, image, failed, bool(ready)))
        return rows

    # features

    def put_feature(self, picture: int, model: str, vector: bytes) -> None:
        mark = mark_of(memoryview(vector).cast("f").tolist())
        sql = "INSERT OR REPLACE INTO face_features (picture, model, vector, mark) VALUES (?, ?, ?, ?)"
        self._execute(sql, (picture, model, vector, mark))

    def lacking(self, model: str, *, door: int | None = None) -> list[Picture]:
        """Pictures without a vector of the model: of one door, or of all."""
        here = "EXISTS (SELECT 1 FROM face_rights r WHERE r.door = ? AND r.person = x.person AND r.picture = x.no)"
        sql = (
            "SELECT x.no, p.person_id, x.md5 FROM face_pictures x JOIN face_people p ON p.no = x.person"
            " WHERE NOT EXISTS (SELECT 1 FROM face_features f WHERE f.picture = x.no AND f.model = ?)"
        )
        parameters: tuple[object, ...] = (model,) if door is None else (model, door)
        return [
            Picture(*row) for row in self._execute(sql if door is None else f"{sql} AND {here}", parameters)
        ]

    def pictures(self) -> list[Picture]:
        sql = "SELECT x.no, p.person_id, x.md5 FROM face_pictures x JOIN face_people p ON p.no = x.person"
        return [Picture(*row) for row in self._execute(sql)]

    def a_feature(self, model: str) -> tuple[Picture, bytes] | None:
        """The oldest vector that a model made, and of what."""
        sql = (
            "SELECT x.no, p.person_id, x.md5, f.vector FROM face_features f JOIN face_pictures x ON x.no = f.picture"
            " JOIN face_people p ON p.no = x.person WHERE f.model = ? ORDER BY f.picture LIMIT 1"
        )
        row = self._execute(sql, (model,)).fetchone()
        return None if row is None else (Picture(*row[:3]), row[3])

    def vectors(self, model: str, *, after: int, most: int) -> list[tuple[int, bytes]]:
        """(picture, vector) of the next pictures after one."""
        sql = "SELECT picture, vector FROM face_features WHERE model = ? AND picture > ? ORDER BY picture LIMIT ?"
        return list(self._execute(sql, (model, after, most)))

    def drop_model(self, model: str) -> None:
        self._execute("DELETE FROM face_features WHERE model = ?", (model,))

    def models(self) -> list[str]:
        return [model for (model,) in self._execute("SELECT DISTINCT model FROM face_features")]

    # deciding

    def persons_at(self, door: str, pictures: Sequence[int]) -> dict[int, DoorPerson]:
        """The persons of these pictures that the door may have, by picture."""
        # CROSS JOIN keeps the order: by the few pictures first, never through all persons of a gate.
        sql = (
            "SELECT x.no, p.person_id, u.said FROM face_pictures x"
            " CROSS JOIN face_rights r ON r.door = (SELECT no FROM face_doors WHERE name = ?)"
            " AND r.person = x.person AND r.picture = x.no"
            " CROSS JOIN face_users u ON u.no = r.user CROSS JOIN face_people p ON p.no = x.person"
            f" WHERE x.no IN ({','.join('?' * len(pictures))})"
        )
        return {
            number: DoorPerson(person_id, _decode_user(encoded))
            for number, person_id, encoded in self._execute(sql, (door, *pictures))
        }

    def knows_anybody(self, door: str) -> bool:
        """Whether a door has any person with both user entry and picture."""
        sql = (
            "SELECT 1 FROM face_rights WHERE door = (SELECT no FROM face_doors WHERE name = ?)"
            " AND user IS NOT NULL AND picture IS NOT NULL LIMIT 1"
        )
        return self._execute(sql, (door,)).fetchone() is not None

    def picture_at(self, door: str, person_id: str) -> Picture | None:
        """The picture by which a door knows a person."""
        sql = (
            "SELECT x.no, p.person_id, x.md5 FROM face_rights r JOIN face_doors d ON d.no = r.door"
            " JOIN face_people p ON p.no = r.person JOIN face_pictures x ON x.no = r.picture"
            " WHERE d.name = ? AND p.person_id = ? AND r.user IS NOT NULL"
        )
        row = self._execute(sql, (door, person_id)).fetchone()
        return None if row is None else Picture(*row)

    # doors that compare themselves

    def user_at(self, door: str, person_id: str) -> FaceUser | None:
        """Whom a door takes a face for."""
        sql = (
            "SELECT u.said FROM face_rights r JOIN face_doors d ON d.no = r.door JOIN face_users u ON u.no = r.user"
            " JOIN face_people p ON p.no = r.person WHERE d.name = ? AND p.person_id = ?"
        )
        row = self._execute(sql, (door, person_id)).fetchone()
        return None if row is None else _decode_user(row[0])

    def wanted(self, door: int, model: str) -> list[Wanted]:
        """Persons with a user entry and a picture."""
        sql = (
            "SELECT p.person_id, u.mark, f.mark, u.starts_ms, u.schedule FROM face_rights r"
            " JOIN face_people p ON p.no = r.person JOIN face_users u ON u.no = r.user"
            " LEFT JOIN face_features f ON f.picture = r.picture AND f.model = ?"
            " WHERE r.door = ? AND r.picture IS NOT NULL"
        )
        return [Wanted(*row) for row in self._execute(sql, (model, door))]

    def wanted_contents(
        self, door: int, model: str, person_ids: Sequence[str]
    ) -> list[tuple[FaceUser, bytes]]:
        """(user, vector) of those who are wanted still, in their order."""
        return [
            content
            for person_id in person_ids
            if (content := self._wanted_content(door, model, person_id)) is not None
        ]

    def _wanted_content(self, door: int, model: str, person_id: str) -> tuple[FaceUser, bytes] | None:
        sql = (
            "SELECT u.said, f.vector FROM face_rights r JOIN face_people p ON p.no = r.person"
            " JOIN face_users u ON u.no = r.user JOIN face_features f ON f.picture = r.picture AND f.model = ?"
            " WHERE r.door = ? AND p.person_id = ?"
        )
        row = self._execute(sql, (model, door, person_id)).fetchone()
        return None if row is None else (_decode_user(row[0]), row[1])

    def confirmed(self, door: int) -> list[tuple[str, str, str]]:
        """The door's last confirmed entries."""
        sql = "SELECT face_id, user_mark, feature_mark FROM face_held WHERE door = ?"
        return list(self._execute(sql, (door,)))

    def replace_confirmed(self, door: int, confirmed: Iterable[tuple[str, str, str]]) -> None:
        self._execute("DELETE FROM face_held WHERE door = ?", (door,))
        for face_id, user, feature in confirmed:
            self.put_confirmed(door, face_id, user, feature)

    def put_confirmed(self, door: int, face_id: str, user: str, feature: str) -> None:
        sql = "INSERT OR REPLACE INTO face_held VALUES (?, ?, ?, ?)"
        self._execute(sql, (door, face_id, user, feature))

    def drop_confirmed(self, door: int, face_id: str) -> None:
        self._execute("DELETE FROM face_held WHERE door = ? AND face_id = ?", (door, face_id))
