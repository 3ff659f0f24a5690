"""The face-data file that `SyncFaceData` points a door to, the answer to it, and the list a door reports.

Source: spec A 4.3-4.5 (2.3.1.2, 2.3.2.1). The source gives the LinkFace calls, their event types and error codes, but
not the files. Their JSON is ours (ADR 0050) and has exactly the parameters of those calls.
"""

from linli.protocols.face_data.codes import LibraryCode, sent_code
from linli.protocols.face_data.file import (
    FaceDataError,
    decode_file,
    decode_report,
    decode_results,
    encode_file,
    encode_report,
    encode_results,
)
from linli.protocols.face_data.model import (
    MAX_BATCH,
    MAX_GROUPS,
    MAX_PERSON_ID,
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
)

__all__ = [
    "MAX_BATCH",
    "MAX_GROUPS",
    "MAX_PERSON_ID",
    "AddImage",
    "AddUser",
    "ClearAll",
    "ClearGroup",
    "DeleteImage",
    "DeleteUser",
    "FaceDataError",
    "FaceEvent",
    "FaceImage",
    "FaceReport",
    "FaceResult",
    "FaceUser",
    "LibraryCode",
    "decode_file",
    "decode_report",
    "decode_results",
    "encode_file",
    "encode_report",
    "encode_results",
    "sent_code",
]
