"""`QueryFaceData`: which persons a door has, in the form of smart doors (ADR 0050)."""

from collections.abc import Iterable, Sequence

from linli.edge.faces.doors import LazyFaces
from linli.edge.faces.library import PICTURE
from linli.edge.faces.rows import ReportRow
from linli.protocols.face_data import FaceReport, FaceResult, FaceUser, encode_report


async def report_of_door(
    rows: Iterable[ReportRow], wanted: LazyFaces, confirmed: Iterable[tuple[str, str, str]]
) -> list[ReportRow]:
    """The real entries of a door that compares itself. A picture counts if the door has its mark, or if the box keeps
    it until its time begins. Strangers on the door are told as users without a picture."""
    there = {face_id: (user, feature) for face_id, user, feature in confirmed}
    marks, waiting = await wanted.marks(), await wanted.waiting()
    report = []
    for row in rows:
        mark = there.pop(row.person_id, None)
        good = row.ready and (
            row.person_id in waiting or (mark is not None and mark == marks.get(row.person_id))
        )
        report.append(row._replace(ready=good))
    return report + [ReportRow(face_id, FaceUser(face_id), None, 0, False) for face_id in there]


def write(rows: Sequence[ReportRow]) -> tuple[bytes, int]:
    """(the report, how many pictures it tells)."""
    images = tuple(row.image for row in rows if row.image is not None and row.ready)
    report = FaceReport(
        tuple(row.user for row in rows if row.user is not None),
        images,
        tuple(FaceResult(row.person_id, PICTURE, row.failed) for row in rows if row.failed),
    )
    return encode_report(report), len(images)
