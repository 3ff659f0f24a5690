"""Refusals of smart security."""

from linli.kernel.errors import Conflict, Unavailable


class LibraryBound(Conflict):
    """Arming rules still look for its faces."""

    code = "security.library_bound"


class SearchRefused(Unavailable):
    """No box and no model could search, or the box does not give the scene. `why` in the words of whoever refused."""

    code = "security.search_refused"
