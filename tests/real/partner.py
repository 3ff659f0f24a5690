"""An integrator with the vendor's public Python client (`alibabacloud-iot-api-gateway`), unmodified."""

from typing import Any

import msgspec
from alibabacloud_iot_api_gateway import models
from alibabacloud_iot_api_gateway.client import Client
from alibabacloud_tea_util.models import RuntimeOptions


class Answer(msgspec.Struct):
    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def code(self) -> Any:
        return self.body.get("code")

    @property
    def data(self) -> Any:
        return self.body.get("data")


class Partner:
    """Calls in the caller's thread, as the client's users do."""

    def __init__(self, host: str, app_key: str, app_secret: str) -> None:
        config = models.Config(app_key=app_key, app_secret=app_secret, domain=host, protocol="http")
        self.client = Client(config)
        self.app_key, self.app_secret = app_key, app_secret
        self.cloud_token: str | None = None

    def call(
        self, path: str, version: str, params: Any = None, *, headers: Any = None, **request: str
    ) -> Answer:
        """One call; the cloudToken goes along once there is one."""
        if self.cloud_token:
            request.setdefault("cloud_token", self.cloud_token)
        body = models.IoTApiRequest(params=params, request=models.CommonParams(api_ver=version, **request))
        reply = self.client.do_request(path, "http", "POST", headers or {}, body, RuntimeOptions())
        content = msgspec.json.decode(reply.body) if reply.body else {}
        return Answer(reply.status_code, dict(reply.headers), content)

    def ok(self, path: str, version: str, params: Any = None, **request: str) -> Any:
        """The `data` of a call that must succeed."""
        answer = self.call(path, version, params, **request)
        assert (answer.status, answer.code) == (200, 200), answer
        return answer.data
