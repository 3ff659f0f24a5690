"""Open-API methods of faces (spec E 3.3, B 3.7, 3.14, 3.16, 3.17); the composing function registers this module."""

from linli.domains.faces.openapi.groups import (
    deploy_group,
    query_deployments,
    query_trace,
    undeploy_group,
)
from linli.domains.faces.openapi.images import delete_image, delete_user_faces, get_image, save_image
from linli.domains.faces.openapi.permissions import (
    add_permissions,
    delete_permissions,
    query_by_device,
    query_by_user,
)
from linli.domains.faces.openapi.quality import assess_quality
from linli.domains.faces.openapi.search import check_face_image, find_users_by_image

__all__ = [
    "add_permissions",
    "assess_quality",
    "check_face_image",
    "delete_image",
    "delete_permissions",
    "delete_user_faces",
    "deploy_group",
    "find_users_by_image",
    "get_image",
    "query_by_device",
    "query_by_user",
    "query_deployments",
    "query_trace",
    "save_image",
    "undeploy_group",
]
