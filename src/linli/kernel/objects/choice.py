"""The object store of an installation, by its settings. obstore is loaded where a bucket is."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from linli.kernel.clock import Clock
from linli.kernel.objects.folder import FolderShelf
from linli.kernel.objects.shelf import Shelf, StoreUnavailable
from linli.kernel.objects.store import ObjectStore
from linli.kernel.settings import Objects, Settings

if TYPE_CHECKING:
    from linli.kernel.objects.s3 import S3Shelf


def opened_shelf(settings: Settings, store: str = "") -> Shelf:
    """The shelf that is in use, or the one named. Raises StoreUnavailable when its secret cannot be read."""
    if (store or settings.objects.store) == "s3":
        return opened_bucket(settings.objects)
    return FolderShelf(settings.data_path / "objects")


def opened_store(settings: Settings, secret: bytes, clock: Clock) -> ObjectStore:
    """The object store of a process. Raises StoreUnavailable."""
    if settings.objects.store == "s3" and settings.objects.direct_urls:
        shelf = opened_bucket(settings.objects)
        store = ObjectStore(shelf, secret, settings.public_url, clock)
        store.direct = shelf.presigned
        return store
    return ObjectStore(opened_shelf(settings), secret, settings.public_url, clock)


def opened_bucket(settings: Objects) -> "S3Shelf":
    """Raises StoreUnavailable when the bucket's secret cannot be read."""
    from linli.kernel.objects.s3 import S3Shelf

    return S3Shelf(settings, secret_of(settings))


def secret_of(settings: Objects) -> str:
    """The secret key, from the settings or from the file they name. Raises StoreUnavailable."""
    if not settings.secret_file:
        return settings.secret_key
    try:
        return Path(os.path.expanduser(settings.secret_file)).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise StoreUnavailable(reason=f"{settings.secret_file} cannot be read") from error
