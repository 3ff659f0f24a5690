"""Open-API methods of communities (spec B §3.4-3.6, §3.13); the composing function registers this module."""

from linli.domains.communities.openapi.assets import add_asset, delete_asset, list_assets, update_asset
from linli.domains.communities.openapi.communities import (
    apply_for_community,
    delete_community,
    get_community,
    query_communities,
    query_pois,
)
from linli.domains.communities.openapi.devices import (
    add_device,
    add_device_to,
    bind_devices,
    get_community_of_device,
    query_devices,
    query_devices_of,
    query_tenant_devices,
    remove_device,
    rename_device,
    unbind_devices,
)
from linli.domains.communities.openapi.files import get_old_ticket, get_ticket, save_file
from linli.domains.communities.openapi.older import (
    apply_older,
    get_community_older,
    query_communities_older,
    query_pois_older,
)
from linli.domains.communities.openapi.spaces import (
    create_space,
    delete_space,
    get_spaces,
    query_children,
    query_spaces_of_type,
    update_space,
)

__all__ = [
    "add_asset",
    "add_device",
    "add_device_to",
    "apply_for_community",
    "apply_older",
    "bind_devices",
    "create_space",
    "delete_asset",
    "delete_community",
    "delete_space",
    "get_community",
    "get_community_of_device",
    "get_community_older",
    "get_old_ticket",
    "get_spaces",
    "get_ticket",
    "list_assets",
    "query_children",
    "query_communities",
    "query_communities_older",
    "query_devices",
    "query_devices_of",
    "query_pois",
    "query_pois_older",
    "query_spaces_of_type",
    "query_tenant_devices",
    "remove_device",
    "rename_device",
    "save_file",
    "unbind_devices",
    "update_asset",
    "update_space",
]
