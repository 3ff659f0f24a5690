"""Result codes of a face library (spec A 4.4, LINKFACE_ERROR_CODE_E)."""

from enum import IntEnum


class LibraryCode(IntEnum):
    """Result of one entry on the device."""

    SUCCESS = 0
    PARSE_FAILED = 16001
    TOO_BIG = 16002
    TOO_SMALL = 16003
    NO_FACE = 16004
    MULTIPLE_FACES = 16005
    FACE_EXISTS = 16006
    FORMAT_UNSUPPORTED = 16007
    PIXELS_UNSUPPORTED = 16008
    UNKNOWN = 16009
    EXTRACTION_FAILED = 16010
    LIBRARY_FULL = 16011
    DOWNLOAD_FAILED = 17001
    NO_SUCH_PERSON = -1
    """For a deletion: the person is not there."""
    NO_SUCH_IMAGE = -2
    """For a deletion: the person is there, this picture is not."""
    EXTRACTION_TIMED_OUT = -3
    """Our own code: the device's algorithm did not answer in time."""


_REASONS = {
    LibraryCode.DOWNLOAD_FAILED: "image_download",
    LibraryCode.LIBRARY_FULL: "library_full",
    LibraryCode.EXTRACTION_TIMED_OUT: "image_check_timeout",
}


def sent_code(code: int) -> str:
    """The delivery reason of a code that is no success: `image_check`, `image_download`, `library_full` …"""
    try:
        return _REASONS.get(LibraryCode(code), "image_check" if 16000 < code < 17000 else "device_store")
    except ValueError:
        return "device_store"
