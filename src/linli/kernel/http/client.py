"""What this installation asks of others over HTTP: an httpx client whose errors are all httpx's."""

from typing import Any, override

import httpx


class Client(httpx.AsyncClient):
    """`httpx.AsyncClient`, also where the other side is gone at the moment it answered the call.

    httpcore 1.0 asks a new connection about TLS, through anyio 4.16, which asks a socket for its peer: under uvloop there
    is none any more when it was reset meanwhile.
    """

    @override
    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Raises what httpx.AsyncClient.send raises."""
        try:
            return await super().send(request, **options)
        except AttributeError as error:
            if error.obj is not None or error.name != "getpeername":
                raise
            raise httpx.ConnectError("the connection was reset at once", request=request) from error
