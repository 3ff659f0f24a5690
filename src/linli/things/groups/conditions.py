"""The conditions of membership of a group, as SQL that is the same for every group and every condition."""

from typing import Any, Final, Literal, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal, or_, select

from linli.kernel.db import INT, any_of
from linli.kernel.errors import BadInput
from linli.things.groups.models import device_group_members
from linli.things.models import device_firmware, device_tags, devices
from linli.things.tags import check_tag

MAX_LISTED: Final = 50
_BETWEEN: Final = "\x1f"
"""Between key and value of a tag; in neither."""

State = Literal["unactive", "online", "offline", "disabled"]


class Conditions(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """All that are given must hold; within a list, any of it. Stored as JSON."""

    product_keys: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    """All of these tags."""
    versions: tuple[str, ...] = ()
    """Firmware versions, of any module."""
    states: tuple[State, ...] = ()


class Membership(NamedTuple):
    """The members of a group."""

    group_nos: tuple[int, ...] = ()
    """A static group and those below it."""
    conditions: Conditions | None = None
    """Of a dynamic group."""

    @property
    def binds(self) -> dict[str, Any]:
        """Values for `is_member`."""
        on = self.conditions or Conditions()
        return {
            "group_dynamic": int(self.conditions is not None),
            "group_nos": list(self.group_nos),
            "group_all_products": int(not on.product_keys),
            "group_products": list(on.product_keys),
            "group_tag_count": len(on.tags),
            "group_tags": [f"{key}{_BETWEEN}{value}" for key, value in on.tags.items()],
            "group_all_versions": int(not on.versions),
            "group_versions": list(on.versions),
            "group_all_states": int(not on.states),
            "group_states": list(on.states),
        }


def _flag(name: str) -> ColumnElement[bool]:
    return bindparam(name, type_=INT) == 1


def is_static_member() -> ColumnElement[bool]:
    """For static groups alone: an engine reads the members first, and not every device."""
    member = device_group_members.c
    return devices.c.device_no.in_(select(member.device_no).where(any_of(member.group_no, "group_nos")))


def fits_conditions() -> ColumnElement[bool]:
    """For dynamic groups alone."""
    c = devices.c
    state = case(
        (c.enabled == 0, "disabled"),
        (c.active_ms.is_(None), "unactive"),
        (c.online == 1, "online"),
        else_="offline",
    )
    asked = device_tags.alias("asked_tags")
    tag = asked.c.tag_key + literal(_BETWEEN) + asked.c.tag_value
    tags = (
        select(func.count())
        .select_from(asked)
        .where(asked.c.device_no == c.device_no, any_of(tag, "group_tags"))
        .scalar_subquery()
    )
    return and_(
        or_(_flag("group_all_products"), any_of(c.product_key, "group_products")),
        or_(bindparam("group_tag_count", type_=INT) == 0, tags == bindparam("group_tag_count", type_=INT)),
        or_(_flag("group_all_versions"), _runs_one_of(c.device_no, "group_versions")),
        or_(_flag("group_all_states"), any_of(state, "group_states")),
    )


def _runs_one_of(device_no: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """The device reported, for any of its modules, one of the versions in the list bound as `name`."""
    reported = device_firmware.alias("reported").c  # the query around it may read the table for itself
    return (
        select(reported.device_no)
        .where(reported.device_no == device_no, any_of(reported.version, name))
        .exists()
    )


def is_member() -> ColumnElement[bool]:
    """For either kind."""
    return or_(
        and_(bindparam("group_dynamic", type_=INT) == 0, is_static_member()),
        and_(_flag("group_dynamic"), fits_conditions()),
    )


def check_conditions(conditions: Conditions) -> Conditions:
    """At least one, and none too long. Raises BadInput."""
    lists = {
        "productKeys": conditions.product_keys,
        "versions": conditions.versions,
        "states": conditions.states,
        "tags": tuple(conditions.tags),
    }
    if not any(lists.values()):
        raise BadInput(field="conditions", rule="required")
    for name, values in lists.items():
        if len(values) > MAX_LISTED:
            raise BadInput(field=f"conditions.{name}", rule="too_many_items", limit=MAX_LISTED)
    for key, value in conditions.tags.items():
        check_tag(key, value, "conditions.tags")
    return conditions
