"""The edge file service: pictures of passes, kept for a while and fetched by URL. Source: spec H 2.1 and 3.1."""

from linli.edge.services.files.http import FileService
from linli.edge.services.files.store import FileStore, StoredFile

__all__ = ["FileService", "FileStore", "StoredFile"]
