"""The topics of a product's devices, for firmware developers: each with its direction and purpose.

`${deviceName}`, `${identifier}` and `${messageId}` stand for what differs by device, function and call. Reading and
routing of topics is `linli.protocols.linkkit.topics`; a test keeps the two together. Source: spec clients, (b).
"""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

Direction = Literal["up", "down"]
Group = Literal["model", "raw", "desired", "shadow", "tags", "gateway", "ota", "config", "other", "user"]
NAME: Final = "${deviceName}"


class Topic(NamedTuple):
    topic: str
    direction: Direction
    """`up`: the device publishes; `down`: it receives."""
    group: Group
    key: str
    """Key of its meaning, `topic.<key>` in strings."""


_SYS: Final[tuple[tuple[Group, str, Direction, str], ...]] = (
    ("model", "thing/event/property/post", "up", "property_post"),
    ("model", "thing/event/property/post_reply", "down", "reply"),
    ("model", "thing/event/property/batch/post", "up", "batch_post"),
    ("model", "thing/event/property/history/post", "up", "history_post"),
    ("model", "thing/event/${identifier}/post", "up", "event_post"),
    ("model", "thing/event/${identifier}/post_reply", "down", "reply"),
    ("model", "thing/service/property/set", "down", "property_set"),
    ("model", "thing/service/${identifier}", "down", "service_call"),
    ("model", "thing/service/${identifier}_reply", "up", "service_reply"),
    ("model", "rrpc/request/${messageId}", "down", "rrpc_request"),
    ("model", "rrpc/response/${messageId}", "up", "rrpc_response"),
    ("raw", "thing/model/up_raw", "up", "up_raw"),
    ("raw", "thing/model/up_raw_reply", "down", "reply"),
    ("raw", "thing/model/down_raw", "down", "down_raw"),
    ("raw", "thing/model/down_raw_reply", "up", "down_raw_reply"),
    ("desired", "thing/property/desired/get", "up", "desired_get"),
    ("desired", "thing/property/desired/get_reply", "down", "reply"),
    ("desired", "thing/property/desired/delete", "up", "desired_delete"),
    ("tags", "thing/deviceinfo/update", "up", "info_update"),
    ("tags", "thing/deviceinfo/delete", "up", "info_delete"),
    ("config", "thing/config/get", "up", "config_get"),
    ("config", "thing/config/get_reply", "down", "reply"),
    ("config", "thing/config/push", "down", "config_push"),
    ("config", "thing/dsltemplate/get", "up", "tsl_get"),
    ("config", "thing/log/post", "up", "log_post"),
    ("other", "thing/disable", "down", "disable"),
    ("other", "thing/enable", "down", "enable"),
    ("other", "thing/delete", "down", "delete"),
)
_GATEWAY: Final[tuple[tuple[Group, str, Direction, str], ...]] = (
    ("gateway", "thing/topo/add", "up", "topo_add"),
    ("gateway", "thing/topo/delete", "up", "topo_delete"),
    ("gateway", "thing/topo/get", "up", "topo_get"),
    ("gateway", "thing/topo/change", "down", "topo_change"),
    ("gateway", "thing/sub/register", "up", "sub_register"),
    ("gateway", "thing/list/found", "up", "list_found"),
)
_SESSIONS: Final[tuple[tuple[str, str], ...]] = (
    ("combine/login", "sub_login"),
    ("combine/logout", "sub_logout"),
    ("combine/batch_login", "sub_batch_login"),
    ("combine/batch_logout", "sub_batch_logout"),
)
_OTHERS: Final[tuple[tuple[Group, str, Direction, str], ...]] = (
    ("shadow", "/shadow/update/{pk}/{dn}", "up", "shadow_update"),
    ("shadow", "/shadow/get/{pk}/{dn}", "down", "shadow_get"),
    ("ota", "/ota/device/inform/{pk}/{dn}", "up", "ota_inform"),
    ("ota", "/ota/device/upgrade/{pk}/{dn}", "down", "ota_upgrade"),
    ("ota", "/ota/device/progress/{pk}/{dn}", "up", "ota_progress"),
    ("other", "/ext/ntp/{pk}/{dn}/request", "up", "ntp_request"),
    ("other", "/ext/ntp/{pk}/{dn}/response", "down", "ntp_response"),
    ("user", "/{pk}/{dn}/user/#", "up", "user_up"),
    ("user", "/{pk}/{dn}/user/#", "down", "user_down"),
)


def topics(product_key: str, *, gateway: bool, raw: bool) -> Iterator[Topic]:
    """Every topic of a product, by group; gateways have those of sub-devices, `raw` products those of raw data."""
    for group, tail, direction, key in (*_SYS, *(_GATEWAY if gateway else ())):
        if group != "raw" or raw:
            yield Topic(f"/sys/{product_key}/{NAME}/{tail}", direction, group, key)
    for tail, key in _SESSIONS if gateway else ():
        yield Topic(f"/ext/session/{product_key}/{NAME}/{tail}", "up", "gateway", key)
    for group, form, direction, key in _OTHERS:
        yield Topic(form.format(pk=product_key, dn=NAME), direction, group, key)
