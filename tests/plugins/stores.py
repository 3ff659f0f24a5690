"""The object store of a test: a folder, or a bucket of a server that we did not write.

A module that sets `pytestmark = both_stores` runs once on each; the others run on a folder.
"""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from linli.kernel.objects import FolderShelf, Shelf
from linli.kernel.objects.s3 import S3Shelf
from linli.kernel.settings import Objects
from tests.engines import S3rver

both_stores = pytest.mark.parametrize("store_kind", ["folder", "s3"], indirect=True)


@pytest.fixture
def store_kind(request: pytest.FixtureRequest) -> str:
    """folder, or what `both_stores` says."""
    return str(getattr(request, "param", "folder"))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3rver]:
    if reason := S3rver.missing():
        pytest.skip(reason)
    with S3rver.running() as server:
        yield server


@pytest.fixture
def s3_settings(s3_server: S3rver) -> Objects:
    """A corner of the bucket that no other test has."""
    return Objects(
        store="s3", endpoint=s3_server.endpoint, bucket=s3_server.BUCKET, prefix=secrets.token_hex(6),
        access_key=s3_server.ACCESS_KEY, secret_key=s3_server.SECRET_KEY, timeout_seconds=10,
    )  # fmt: skip


@pytest.fixture
def object_settings(store_kind: str, request: pytest.FixtureRequest) -> Objects:
    return request.getfixturevalue("s3_settings") if store_kind == "s3" else Objects()


@pytest.fixture
async def shelf(object_settings: Objects, tmp_path: Path) -> AsyncIterator[Shelf]:
    found: Shelf = FolderShelf(tmp_path / "objects")
    if object_settings.store == "s3":
        found = S3Shelf(object_settings, object_settings.secret_key)
    yield found
    await found.close()
