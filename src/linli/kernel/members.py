"""How much a JSON text makes once it is read: counted before, since empty lists take thirty times their text."""

from typing import Final

from linli.kernel.errors import BadInput

MEMBERS_MAX: Final = 250_000
"""Lists, objects and what follows a comma. The longest bodies that are meant have a tenth of it."""


def check_members(body: bytes) -> None:
    """Raises BadInput. Commas in texts count as well: it is a bound, not a sum."""
    if len(body) <= MEMBERS_MAX:
        return
    if sum(map(body.count, (b",", b"[", b"{"))) > MEMBERS_MAX:
        raise BadInput(field="body", rule="too_many_members", limit=MEMBERS_MAX)
