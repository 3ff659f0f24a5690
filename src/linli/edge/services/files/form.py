"""The multipart form that brings a file: its fields are read as they come, the file goes straight to the disk."""

from collections.abc import AsyncIterator
from typing import Final

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from linli.edge.services.files.paths import MOST, FileRefused
from linli.edge.services.files.store import FileStore, Part

PARTS: Final = 16
FIELD_BYTES: Final = 4 * MOST


class Upload:
    """The fields of the form so far. Call `drop()` unless the file was kept."""

    def __init__(self, store: FileStore, file_bytes: int) -> None:
        self.fields: dict[str, str] = {}
        self.part: Part | None = None
        self._store = store
        self._most = file_bytes
        self._segment: MultipartSegment | None = None
        self._text = bytearray()

    async def receive(self, kind: str, body: AsyncIterator[bytes]) -> None:
        """Raises FileRefused: 400 for what is no such form, 413, 507."""
        media, options = parse_options_header(kind)
        if media != "multipart/form-data" or not options.get("boundary"):
            raise FileRefused(
                400, "Content-Type: multipart/form-data with a boundary", "请用 multipart/form-data 上传"
            )
        try:
            with PushMultipartParser(options["boundary"], max_segment_count=PARTS) as parser:
                async for chunk in body:
                    for event in parser.parse(chunk):
                        await self._take(event)
        except MultipartError as error:
            raise FileRefused(400, f"the form cannot be read: {error}", "表单无法解析") from None
        except UnicodeDecodeError:
            raise FileRefused(400, "fields are UTF-8", "字段必须是 UTF-8") from None

    async def drop(self) -> None:
        if self.part is not None:
            part, self.part = self.part, None
            await self._store.drop(part)

    async def _take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._segment = event
            self._text.clear()
            if event.name == "file":
                if self.part is not None:
                    raise FileRefused(400, "file: one only", "file：只能有一个")
                self.part = await self._store.begin()
        elif event is None:
            if self._segment is not None and self._segment.name != "file":
                self.fields[self._segment.name] = self._text.decode()
            self._segment = None
        elif self._segment is not None and self._segment.name == "file" and self.part is not None:
            if self.part.size + len(event) > self._most:
                raise FileRefused(413, f"file: at most {self._most} bytes", f"file：最多 {self._most} 字节")
            await self._store.write(self.part, bytes(event))
        else:
            self._text += event
            if len(self._text) > FIELD_BYTES:
                raise FileRefused(
                    400, f"a field has at most {FIELD_BYTES} bytes", f"字段最多 {FIELD_BYTES} 字节"
                )
