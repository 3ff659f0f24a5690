"""Path, version and result of each method of `data`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.data.models import (
    DataPage,
    DownloadSource,
    UploadTarget,
)
from linli_sdk.methods import Method

DELETE: Method[int] = Method("/data/model/data/delete", "0.0.2", token="optional", result=int)
DOWNLOAD: Method[DownloadSource] = Method(
    "/data/model/data/download", "0.0.1", token="optional", result=DownloadSource
)
INSERT: Method[int] = Method("/data/model/data/insert", "0.0.3", token="optional", result=int)
INSERT_V1_0: Method[int] = Method("/data/model/data/insert", "1.0", token="optional", result=int)
INSERT_V1_0_0: Method[int] = Method("/data/model/data/insert", "1.0.0", token="optional", result=int)
QUERY: Method[DataPage] = Method(
    "/data/model/data/query", "0.0.3", token="optional", result=DataPage, reads=True
)
UPDATE: Method[int] = Method("/data/model/data/update", "0.0.2", token="optional", result=int)
UPLOAD: Method[UploadTarget] = Method(
    "/data/model/data/upload", "0.0.1", token="optional", result=UploadTarget
)
