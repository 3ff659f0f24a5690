"""Code that calls one method: a shell script (openssl, curl), Python with the SDK, the public Java and Node clients."""

from __future__ import annotations

import json
from string import Template
from typing import Any, Final
from urllib.parse import urlsplit

from linli.openapi.reference import envelope_example
from linli.openapi.registry import MethodSpec

_CURL: Final = Template("""\
# export LINLI_APP_SECRET=…   the secret of the key$token_hint
APP_KEY='$key'
APP_SECRET="$${LINLI_APP_SECRET:?set it to the secret of the key}"

call() {  # path, body: signs and sends
  MD5=$$(printf %s "$$2" | openssl md5 -binary | base64)
  DATE=$$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
  NONCE=$$(openssl rand -hex 16)
  SIGN=$$(printf 'POST\\napplication/json\\n%s\\napplication/octet-stream\\n%s\\nx-ca-key:%s\\nx-ca-nonce:%s\\n%s' \\
    "$$MD5" "$$DATE" "$$APP_KEY" "$$NONCE" "$$1" \\
    | openssl dgst -sha256 -hmac "$$APP_SECRET" -binary | base64)
  curl -sS "$server$$1" \\
    -H 'accept: application/json' \\
    -H 'content-type: application/octet-stream' \\
    -H "content-md5: $$MD5" \\
    -H "date: $$DATE" \\
    -H "x-ca-key: $$APP_KEY" \\
    -H "x-ca-nonce: $$NONCE" \\
    -H "x-ca-signature: $$SIGN" \\
    -H 'x-ca-signature-headers: x-ca-key,x-ca-nonce' \\
    --data-binary "$$2"
}

${token_call}call '$path' $body
""")
_TOKEN_CALL: Final = """\
LINLI_CLOUD_TOKEN=$(call '/solution/community/paas/token/get' \\
  '{"id":"1","version":"1.0","request":{"apiVer":"1.0.0"},"params":{"communityId":%d}}' \\
  | sed -n 's/.*"cloudToken":"\\([^"]*\\)".*/\\1/p')
"""
_PYTHON: Final = Template("""\
# pip install linli-sdk
import os

from linli_sdk import Linli

with Linli("$server", "$key", os.environ["LINLI_APP_SECRET"]) as linli:
    data = linli$at.call_raw("$path", "$version", $params)
    print(data)
""")
_JAVA: Final = Template("""\
// com.aliyun.api.gateway:sdk-core-java and iotx-api-gateway-client
IoTApiClientBuilderParams builder = new IoTApiClientBuilderParams();
builder.setAppKey("$key");
builder.setAppSecret(System.getenv("LINLI_APP_SECRET"));
SyncApiClient client = new SyncApiClient(builder);

IoTApiRequest request = new IoTApiRequest();
request.setApiVer("$version");
request.setId(UUID.randomUUID().toString());
$token$params
ApiResponse reply = client.postBody("$host", "$path", request, $tls);
System.out.println(new String(reply.getBody(), StandardCharsets.UTF_8));
""")
_NODE: Final = Template("""\
// npm install aliyun-api-gateway
const { Client } = require('aliyun-api-gateway')

const client = new Client('$key', process.env.LINLI_APP_SECRET)
client
  .post('$server$path', {
    data: $body,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
  })
  .then((reply) => console.log(reply))
""")


PLACEHOLDER: Final = "<AppKey>"
"""Stands for the key where the reader has not chosen one."""
TOKEN: Final = "<cloudToken>"


def curl(
    spec: MethodSpec,
    server: str,
    *,
    app_key: str = PLACEHOLDER,
    params: Any = None,
    community_id: int | None = None,
) -> str:
    """A script that signs and sends; `server` is the platform's address without a slash at the end.

    The secret comes from the environment, so that the script can be kept and shown; the cloudToken too, unless the
    community is told: then the script fetches it.
    """
    needs_token = spec.token == "required"
    body = json.dumps(_envelope(spec, params), ensure_ascii=False).replace("'", "'\\''")
    quoted = f"'{body}'".replace(TOKEN, "'\"${LINLI_CLOUD_TOKEN:?}\"'")
    fetched = needs_token and community_id is not None
    hint = "" if fetched or not needs_token else "; with a community's cloudToken: export LINLI_CLOUD_TOKEN=…"
    return _CURL.substitute(
        body=quoted,
        path=spec.path,
        server=server,
        key=app_key,
        token_hint=hint,
        token_call=_TOKEN_CALL % community_id if fetched else "",
    )


def python(
    spec: MethodSpec,
    server: str,
    *,
    app_key: str = PLACEHOLDER,
    params: Any = None,
    community_id: int | None = None,
) -> str:
    """With the platform's own SDK, which fetches the cloudToken by itself."""
    sent = _envelope(spec, params)["params"]
    at = f".at({community_id or 1})" if spec.token == "required" or community_id else ""
    return _PYTHON.substitute(
        server=server, key=app_key, path=spec.path, version=spec.version, params=repr(sent or {}), at=at
    )


def java(spec: MethodSpec, server: str, *, app_key: str = PLACEHOLDER, params: Any = None) -> str:
    """With the public Java client."""
    sent, url = _envelope(spec, params), urlsplit(server)
    lines = [f'request.putParam("{name}", {_java(value)});' for name, value in (sent["params"] or {}).items()]
    token = (
        'request.setCloudToken(System.getenv("LINLI_CLOUD_TOKEN"));\n'
        if "cloudToken" in sent["request"]
        else ""
    )
    return _JAVA.substitute(
        key=app_key,
        version=spec.version,
        path=spec.path,
        host=url.netloc,
        tls=str(url.scheme == "https").lower(),
        params="\n".join(lines),
        token=token,
    )


def node(spec: MethodSpec, server: str, *, app_key: str = PLACEHOLDER, params: Any = None) -> str:
    """With the public Node client."""
    body = json.dumps(_envelope(spec, params), ensure_ascii=False, indent=2).replace("\n", "\n    ")
    body = body.replace(f'"{TOKEN}"', "process.env.LINLI_CLOUD_TOKEN")
    return _NODE.substitute(server=server, path=spec.path, key=app_key, body=body)


def _envelope(spec: MethodSpec, params: Any) -> dict[str, Any]:
    sent = envelope_example(spec)
    if spec.token == "optional":
        sent["request"].pop("cloudToken", None)
    return sent if params is None else {**sent, "params": params}


def _java(value: Any) -> str:
    """A literal where Java has one, else the JSON text parsed."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return f"{value}L"
    text = json.dumps(json.dumps(value, ensure_ascii=False), ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"JSON.parse({text})"
