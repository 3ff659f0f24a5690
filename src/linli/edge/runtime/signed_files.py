"""Files behind addresses that the cloud gave out, as the face room takes them."""

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable


class SignedFiles:
    """Implements `edge.faces.files.Files`."""

    def __init__(self, cloud: CloudCaller) -> None:
        self._cloud = cloud

    async def get(self, url: str, *, limit: int) -> bytes:
        try:
            return await self._cloud.fetch(url, limit=limit)
        except (CloudUnreachable, CloudRefused) as error:
            raise OSError(str(error)) from error

    async def put(self, url: str, content: bytes) -> None:
        try:
            await self._cloud.put(url, content)
        except (CloudUnreachable, CloudRefused) as error:
            raise OSError(str(error)) from error
