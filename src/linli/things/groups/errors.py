"""Errors of groups."""

from linli.kernel.errors import Conflict


class GroupNameTaken(Conflict):
    """The same name beside it in the tree."""

    code = "device_group.name_taken"


class GroupHasGroups(Conflict):
    """Others are below it."""

    code = "group.has_groups"


class GroupIsDynamic(Conflict):
    """Its members follow from its condition: nobody puts a device in or takes one out."""

    code = "group.is_dynamic"
