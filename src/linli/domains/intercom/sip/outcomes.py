"""What statuses and messages of phones mean for the record of a call."""

from typing import Final
from urllib.parse import parse_qs

import msgspec

from linli.domains.intercom.rows import BUSY, MISSED, REFUSED, UNREACHABLE
from linli.protocols import sip

_OF_STATUS: Final = {486: BUSY, 600: BUSY, 603: REFUSED, 404: UNREACHABLE}


def outcome_of(status: int) -> str:
    """How a call ended that all phones refused, by the status that the caller is told."""
    return _OF_STATUS.get(status, MISSED)


def says_open(request: sip.Request) -> bool:
    """Whether a door says in an INFO that it opened (spec A 4.1). Some write the answer as a form."""
    if len(request.body) > 1024:
        return False
    try:
        answer = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            answer = {name: values[0] for name, values in parse_qs(request.body.decode("ascii")).items()}
        except ValueError:
            return False
    return isinstance(answer, dict) and answer.get("res") == "unlock" and str(answer.get("status")) == "200"
