"""Every device, project and solution method of spec D 3 and B §3.13, §3.15, §3.22 is served, and described in full."""

from typing import Any

import pytest
from msgspec import inspect

from linli.app import rooms
from linli.openapi.registry import MethodSpec

EXPECTED = {
    # spec D 3.1
    "/app/thing/properties/batch/get": {"1.0.1"},
    "/app/thing/property/timeline/get": {"1.0.4"},
    "/app/thing/info/list/get": {"1.4.1"},
    "/app/thing/info/get": {"1.0.3"},
    "/app/thing/dsl/get": {"1.0.1"},
    "/app/thing/service/data/get": {"1.0.3"},
    "/app/thing/status/get": {"1.0.3"},
    "/app/thing/topo/get": {"1.0.0"},
    "/app/thing/prop/get": {"1.0.1"},
    "/app/thing/event/timeline/get": {"1.0.3"},
    "/app/thing/status/batch/get": {"1.0.3"},
    "/app/thing/list": {"1.0.4"},
    "/app/thing/properties/get": {"1.0.4"},
    # spec D 3.2
    "/app/thing/properties/set": {"1.0.3"},
    "/app/thing/service/invoke": {"1.0.3"},
    # spec D 3.3; the path says `univisal`
    "/open/project/univisal/create": {"1.0.0"},
    "/open/project/univisal/query": {"1.0.0"},
    "/open/project/univisal/get": {"1.0.0"},
    "/open/solution/basicinfo/query": {"1.0.0"},
    "/open/project/defaultapp/get": {"1.0.0"},
    # spec B 3.4 A008, 3.13 (without video and data models), 3.22
    "/solution/community/paas/device/community/get": {"1.0.0", "1.0.3"},
    "/solution/community/paas/device/add": {"1.0.0", "1.0.2"},
    "/solution/community/paas/device/remove": {"1.0.1"},
    "/solution/community/paas/device/query": {"1.0.0", "1.0.2"},
    "/solution/community/paas/tenant/device/query": {"1.0.0", "1.0.1"},
    "/project/device/bind": {"1.0.0"},
    "/project/device/unbind": {"1.0.0"},
    "/solution/community/device/nickname/update": {"1.0.0"},
    # spec B 3.15, 3.23
    "/cloud/thing/service/invoke": {"1.0.1", "1.0.2"},
    "/cloud/thing/properties/get": {"1.0.2"},
}
SPECS = [spec for spec in rooms.registry() if spec.path in EXPECTED]


@pytest.mark.parametrize("path", EXPECTED)
def test_it_is_served_at_its_versions(path: str) -> None:
    assert {spec.version for spec in SPECS if spec.path == path} >= EXPECTED[path]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.path} {spec.version}")
def test_it_is_described_in_both_languages(spec: MethodSpec) -> None:
    assert spec.title
    assert spec.title_en
    assert spec.source
    missing = [] if spec.params is None else _undescribed(inspect.type_info(spec.params), "")
    assert not missing, "parameters without a description"


def _undescribed(kind: Any, prefix: str) -> list[str]:
    """Names of members, nested ones with dots, that say nothing of themselves."""
    kind = _inner(kind)
    if not isinstance(kind, inspect.StructType):
        return []
    found = []
    for member in kind.fields:
        name = f"{prefix}{member.encode_name}"
        if not _described(member.type):
            found.append(name)
        found += _undescribed(member.type, f"{name}.")
    return found


def _described(kind: Any) -> bool:
    return isinstance(kind, inspect.Metadata) and bool((kind.extra_json_schema or {}).get("description"))


def _inner(kind: Any) -> Any:
    while True:
        match kind:
            case inspect.Metadata():
                kind = kind.type
            case inspect.ListType():
                kind = kind.item_type
            case inspect.UnionType():
                kind = next((one for one in kind.types if not isinstance(one, inspect.NoneType)), None)
            case _:
                return kind
