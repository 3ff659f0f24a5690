"""Which shelf an installation uses, as its settings say."""

from linli.kernel.clock import Clock
from linli.kernel.objects.folder import FolderShelf
from linli.kernel.objects.s3 import S3Shelf, secret_of
from linli.kernel.objects.shelf import Shelf
from linli.kernel.objects.store import ObjectStore
from linli.kernel.settings import Settings


def opened_shelf(settings: Settings, store: str = "") -> Shelf:
    """The shelf that is in use, or the one named. Raises StoreUnavailable when its secret cannot be read."""
    if (store or settings.objects.store) == "s3":
        return S3Shelf(settings.objects, secret_of(settings.objects))
    return FolderShelf(settings.data_path / "objects")


def opened_store(settings: Settings, secret: bytes, clock: Clock) -> ObjectStore:
    """The object store of a process. Raises StoreUnavailable."""
    shelf = opened_shelf(settings)
    store = ObjectStore(shelf, secret, settings.public_url, clock)
    if isinstance(shelf, S3Shelf) and settings.objects.direct_urls:
        store.direct = shelf.presigned
    return store
