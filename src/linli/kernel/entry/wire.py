"""Types that an entry of the web names beside those of the platform's parts."""

from typing import Annotated, Any, Final, TypeVar

import msgspec

from linli.kernel.scope import Scope

WholeScope = Annotated[Scope, "whole"]
"""All that the caller may reach by the route's right, where `Scope` is narrowed to the community in the path."""

_Body = TypeVar("_Body")
FORM: Final = "form"
Form = Annotated[_Body, FORM]
"""A body that a browser's form sends (`multipart/form-data`), instead of JSON."""


class Filter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The filter of a list: each field is a query parameter of the route, and the query takes the whole struct.

    A subclass says `frozen=True` as well, and `kw_only=True` where a field without a default follows one with it.
    Descriptions and bounds stand in `Meta`, another name on the wire in `msgspec.field(name=…)`.
    """

    @property
    def binds(self) -> dict[str, Any]:
        """The fields by their names in Python, for a statement."""
        return msgspec.structs.asdict(self)
