"""Rows of batch answers: the envelope says 200, each row has a code of its own (spec E 3)."""

from linli.kernel.errors import LinliError

ROW_FAILED = 460


def row_code(error: LinliError) -> int:
    """The code of a row that failed."""
    return error.api_code if isinstance(error.api_code, int) else ROW_FAILED
