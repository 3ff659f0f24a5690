"""Path, version and result of each method of `notice`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.notice.models import (
    NoticeDetail,
    NoticePage,
)
from linli_sdk.methods import Method

ADD_NOTICE: Method[str] = Method("/solution/community/notice/add", "1.0.3", token="required", result=str)
DELETE_NOTICES: Method[None] = Method("/solution/community/notice/delete", "1.0.0", token="required")
GET_NOTICE: Method[NoticeDetail] = Method(
    "/solution/community/notice/get", "1.0.6", token="required", result=NoticeDetail, reads=True
)
QUERY_NOTICES: Method[NoticePage] = Method(
    "/solution/community/notice/query", "1.0.9", token="required", result=NoticePage, reads=True
)
UPDATE_NOTICE: Method[None] = Method("/solution/community/notice/update", "1.0.0", token="required")
