"""Send text messages by an SMS gateway over HTTP: that of a provider, or a small relay in front of it.

`POST <url>` with `{"phone", "text", "kind", "code"}` as JSON and `Authorization: Bearer <token>`. Any 2xx is success.
"""

import httpx

from linli.kernel.errors import Unavailable
from linli.kernel.http.client import Client
from linli.kernel.settings import SmsGateway
from linli.kernel.sms import Sms


class HttpSms:
    """Sends messages to the gateway of the settings."""

    def __init__(self, settings: SmsGateway) -> None:
        self._settings = settings

    async def send(self, message: Sms) -> None:
        """Raises Unavailable without the gateway's answer, which may repeat the message."""
        settings = self._settings
        headers = {"authorization": f"Bearer {settings.token}"} if settings.token else {}
        body = {"phone": message.phone, "text": message.text, "kind": message.kind, "code": message.code}
        try:
            async with Client(timeout=settings.timeout_seconds, trust_env=False) as client:
                answer = await client.post(settings.url, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable(reason=type(error).__name__) from None
        if not answer.is_success:
            raise Unavailable(reason=f"HTTP {answer.status_code}")
