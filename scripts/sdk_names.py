"""What the SDK calls the methods and types of the registry. Names are stable: a new method never renames an old one's
call, except that a newer version of a path takes over the plain name."""

import keyword
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from linli.openapi.registry import MethodSpec

SERVICES = {
    "auth": "auth",
    "thing": "things",
    "project": "projects",
    "community": "communities",
    "device": "devices",
    "household": "households",
    "user": "users",
    "access": "access",
    "data": "data",
    "iotx_parking_service_model": "parking",
    "smartSecurityService": "security",
}
"""Service of the registry → attribute of the client. A service without an entry has its own name in snake case."""
PREFIXES = {"/message/subscription/": "subscriptions"}
"""Paths that form a service of their own for callers."""


class Named(NamedTuple):
    """One method under the name that callers use."""

    service: str
    name: str
    spec: MethodSpec

    @property
    def constant(self) -> str:
        return self.name.upper()


def snake(text: str) -> str:
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    text = re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_").lower()
    return f"{text}_" if keyword.iskeyword(text) or not text or text[0].isdigit() else text


def pascal(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", text) if part)


def service_of(spec: MethodSpec) -> str:
    for prefix, service in PREFIXES.items():
        if spec.path.startswith(prefix):
            return service
    return SERVICES.get(spec.service, snake(spec.service))


def named(specs: Iterable[MethodSpec]) -> list[Named]:
    """Every method with its name, sorted by service and path."""
    groups: dict[tuple[str, str], list[MethodSpec]] = defaultdict(list)
    for spec in specs:
        own = getattr(spec.handler, "__name__", "")
        name = snake(spec.path.rsplit("/", 1)[-1]) if own == "call_service" else own
        groups[service_of(spec), name].append(spec)
    methods = []
    for (service, name), group in groups.items():
        paths = sorted({spec.path for spec in group})
        for spec in group:
            same = [method for method in group if method.path == spec.path]
            newest = max(same, key=lambda method: (not method.legacy, _numbers(method.version)))
            called = name if spec.path == paths[0] else f"{name}_{snake(spec.path.split('/')[1])}"
            if spec is not newest:
                called += f"_v{spec.version.replace('.', '_')}"
            methods.append(Named(service, called, spec))
    methods.sort(key=lambda method: (method.service, method.spec.path, method.spec.version))
    twice = [
        method
        for method in methods
        if sum((o.service, o.name) == (method.service, method.name) for o in methods) > 1
    ]
    if twice:
        raise ValueError(
            f"one name for several methods: {[(method.service, method.name) for method in twice]}"
        )
    return methods


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
