"""The face room's tables in the box's store, as named steps.

A right gives a person to a door: the user entry (name, window, policy) and the picture. Both are shared by all doors
that were told the same, so that 200 doors of 20,000 persons stay small. Vectors belong to pictures and models.
"""

from typing import Final

from linli.edge.store import Step

STEPS: Final[tuple[Step, ...]] = (
    Step(
        "faces.1",
        """
        CREATE TABLE face_doors (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE face_people (no INTEGER PRIMARY KEY AUTOINCREMENT, person_id TEXT NOT NULL UNIQUE);
        CREATE TABLE face_users (
            no INTEGER PRIMARY KEY, person INTEGER NOT NULL, said BLOB NOT NULL, mark TEXT NOT NULL,
            starts_ms INTEGER NOT NULL, schedule TEXT NOT NULL, UNIQUE (person, said)
        );
        CREATE TABLE face_pictures (
            no INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL, md5 TEXT NOT NULL,
            size INTEGER NOT NULL, at_ms INTEGER NOT NULL, UNIQUE (person, md5)
        );
        CREATE TABLE face_features (
            picture INTEGER NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL, mark TEXT NOT NULL,
            UNIQUE (picture, model)
        );
        CREATE TABLE face_rights (
            door INTEGER NOT NULL, person INTEGER NOT NULL, user INTEGER, picture INTEGER,
            failed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (door, person)
        ) WITHOUT ROWID;
        CREATE INDEX face_rights_person ON face_rights (person);
        CREATE TABLE face_held (
            door INTEGER NOT NULL, face_id TEXT NOT NULL, user_mark TEXT NOT NULL, feature_mark TEXT NOT NULL,
            PRIMARY KEY (door, face_id)
        ) WITHOUT ROWID;
        CREATE TABLE face_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
        """,
    ),
)
