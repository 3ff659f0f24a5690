"""How far the export of a company is, whichever process hands it out."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.kernel.progress import Progress

SUBJECT: Final = "company export"
"""One a company: the one that began last."""
COUNTING, WRITING, DONE, BROKEN = "counting", "writing", "done", "broken"


class ExportProgress(msgspec.Struct, rename="camel", frozen=True):
    """The last export of a company."""

    state: Annotated[
        str,
        Meta(
            description="counting, writing, done, broken: whoever fetched it left; interrupted: the server that made"
            " it is gone, start again; none: there was none."
        ),
    ]
    rows: int
    expected_rows: int
    files: int
    expected_files: int
    bytes: Annotated[int, Meta(description="Handed out so far.")]
    began_ms: int

    @staticmethod
    def of(told: Progress | None) -> "ExportProgress":
        now = told or Progress(phase="none")
        return ExportProgress(
            now.phase, now.rows, now.expected_rows, now.files, now.expected_files, now.bytes, now.began_ms
        )
