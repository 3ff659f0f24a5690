"""Files: pictures, permission lists, firmware, imports, exports. A folder by default, or any S3-compatible store.

`ObjectStore` is what rooms use: keys, whole objects, streams, signed URLs. Where the bytes lie is its `Shelf`.
"""

from linli.kernel.objects.folder import FolderShelf
from linli.kernel.objects.shelf import Opened, Shelf, StoreUnavailable
from linli.kernel.objects.store import ObjectStore, Permit, Stored, UrlExpired, check_key

__all__ = [
    "FolderShelf",
    "ObjectStore",
    "Opened",
    "Permit",
    "Shelf",
    "StoreUnavailable",
    "Stored",
    "UrlExpired",
    "check_key",
]
