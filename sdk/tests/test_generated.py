"""What is generated is committed: run `python scripts/sdk_generate.py` after any change of an open-API method."""

import sdk_generate
from linli.app import rooms
from sdk_names import named

from linli_sdk.signing import signed_headers


def test_the_generated_code_is_fresh() -> None:
    stale = sdk_generate.stale_files(sdk_generate.files())
    assert not stale, "run: python scripts/sdk_generate.py"


def test_every_method_of_the_registry_has_a_name() -> None:
    registry = list(rooms.registry())
    assert {one.spec.key for one in named(registry)} == {spec.key for spec in registry}


def test_the_signature_is_that_of_the_public_client() -> None:
    body = (
        b'{"id":"1509086454180","version":"1.0","params":{"grantType":"project","res":"a123"},'
        b'"request":{"apiVer":"1.0.1"}}'
    )
    made = signed_headers(
        "203700001", "AppSecret0123456789abcdefghijkl", "POST", "/cloud/token", body,
        now_s=1580974374, nonce="0123456789abcdef0123456789abcdef",
    )  # fmt: skip
    assert made["content-md5"] == "hHFseOL0a+QzijDLOVNCbA=="
    assert made["x-ca-signature"] == "smeWOLj/JFj3OZeZceXDtb+miVJvycXo3Wi3ko572vA="
