"""Path, version and result of each method of `face`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.face.models import (
    FaceOnDevicePage,
    ImageSaved,
    ImageTold,
    Quality,
    Trace,
    UserStatus,
)
from linli_sdk.methods import Method

DELETE_IMAGE: Method[None] = Method("/face/paas/image/delete", "1.2.0", token="optional")
GET_IMAGE: Method[ImageTold] = Method(
    "/face/paas/image/get", "1.2.0", token="optional", result=ImageTold, reads=True
)
SAVE_IMAGE: Method[ImageSaved] = Method("/face/paas/image/save", "1.2.0", token="optional", result=ImageSaved)
ADD_PERMISSIONS_V1_0_0: Method[None] = Method("/face/paas/permission/add", "1.0.0", token="optional")
ADD_PERMISSIONS: Method[None] = Method("/face/paas/permission/add", "1.2.0", token="optional")
DELETE_PERMISSIONS_V1_0_0: Method[None] = Method("/face/paas/permission/delete", "1.0.0", token="optional")
DELETE_PERMISSIONS: Method[None] = Method("/face/paas/permission/delete", "1.2.0", token="optional")
QUERY_BY_DEVICE: Method[FaceOnDevicePage] = Method(
    "/face/paas/permission/querybydevice", "1.0.4", token="optional", result=FaceOnDevicePage
)
QUERY_BY_USER: Method[UserStatus] = Method(
    "/face/paas/permission/querybyuser", "1.0.4", token="optional", result=UserStatus
)
ASSESS_QUALITY: Method[Quality] = Method(
    "/face/quality/query", "1.0.0", token="optional", result=Quality, reads=True
)
QUERY_TRACE: Method[Trace] = Method(
    "/home/face/user/trace/query", "1.0.0", token="optional", result=Trace, reads=True
)
