"""Code that calls one method: a shell script with openssl and curl, and Python with the public SDK."""

from __future__ import annotations

import json
from string import Template
from typing import Final
from urllib.parse import urlsplit

from linli.openapi.reference import envelope_example
from linli.openapi.registry import MethodSpec

_CURL: Final = Template("""\
APP_KEY='<AppKey>'
APP_SECRET='<AppSecret>'
BODY='$body'

MD5=$$(printf %s "$$BODY" | openssl md5 -binary | base64)
DATE=$$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
NONCE=$$(openssl rand -hex 16)
SIGN=$$(printf 'POST\\napplication/json\\n%s\\napplication/octet-stream\\n%s\\nx-ca-key:%s\\nx-ca-nonce:%s\\n%s' \\
  "$$MD5" "$$DATE" "$$APP_KEY" "$$NONCE" '$path' \\
  | openssl dgst -sha256 -hmac "$$APP_SECRET" -binary | base64)

curl '$server$path' \\
  -H 'accept: application/json' \\
  -H 'content-type: application/octet-stream' \\
  -H "content-md5: $$MD5" \\
  -H "date: $$DATE" \\
  -H "x-ca-key: $$APP_KEY" \\
  -H "x-ca-nonce: $$NONCE" \\
  -H "x-ca-signature: $$SIGN" \\
  -H 'x-ca-signature-headers: x-ca-key,x-ca-nonce' \\
  --data-binary "$$BODY"
""")
_PYTHON: Final = Template("""\
# pip install alibabacloud-iot-api-gateway
from alibabacloud_iot_api_gateway import models
from alibabacloud_iot_api_gateway.client import Client
from alibabacloud_tea_util.models import RuntimeOptions

client = Client(models.Config(app_key="<AppKey>", app_secret="<AppSecret>", domain="$host"))
body = models.IoTApiRequest(
    params=$params,
    request=models.CommonParams($common),
)
reply = client.do_request("$path", "$scheme", "POST", {}, body, RuntimeOptions())
print(reply.body.decode())
""")


def curl(spec: MethodSpec, server: str) -> str:
    """A script that signs and sends; `server` is the platform's address without a slash at the end."""
    body = json.dumps(envelope_example(spec), ensure_ascii=False)
    return _CURL.substitute(body=body.replace("'", "'\\''"), path=spec.path, server=server)


def python(spec: MethodSpec, server: str) -> str:
    envelope = envelope_example(spec)
    common = f'api_ver="{spec.version}"'
    if "cloudToken" in envelope["request"]:
        common += ', cloud_token="<cloudToken>"'
    url = urlsplit(server)
    params = repr(envelope["params"]) if envelope["params"] else "{}"
    return _PYTHON.substitute(
        host=url.netloc, scheme=url.scheme, params=params, common=common, path=spec.path
    )
