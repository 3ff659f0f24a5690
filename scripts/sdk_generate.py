"""`python scripts/sdk_generate.py [--check]`: the SDK's typed methods, made from the registry of the platform.

Writes sdk/src/linli_sdk/api. The same registry gives the same bytes; `--check` only tells whether they are committed.
"""

import subprocess
import sys
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from msgspec import inspect

from linli.app import rooms
from linli.kernel.errors import LinliError
from linli.openapi.policies import ALWAYS_GRANTED
from linli.openapi.registry import MethodSpec
from sdk_names import SERVICES, Named, named, pascal, snake
from sdk_types import Member, Models, quoted

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "sdk" / "src" / "linli_sdk" / "api"
HEAD = (
    '"""{} Made from the platform\'s registry by scripts/sdk_generate.py; do not edit."""\n\n'
    "from __future__ import annotations\n\n"
)
_READS = frozenset({"get", "query", "list", "detail", "search"})


def main(arguments: list[str]) -> int:
    sources = files()
    if "--check" in arguments:
        stale = stale_files(sources)
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)}")
        return 1 if stale else 0
    for path in set(PLACE.rglob("*.py")) - set(sources):
        path.unlink()
    for path, source in sources.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
    return 0


def stale_files(sources: dict[Path, str]) -> list[Path]:
    """Files that differ from what the registry gives now, are missing, or are left over."""
    differ = [
        path for path, source in sources.items() if not path.exists() or path.read_text("utf-8") != source
    ]
    return sorted([*differ, *(set(PLACE.rglob("*.py")) - set(sources))])


def files() -> dict[Path, str]:
    """Path → formatted source of everything that is generated."""
    methods = named(rooms.registry())
    sources: dict[Path, str] = {
        PLACE / "__init__.py": '"""The typed methods of the open API, by service."""\n'
    }
    services = []
    for service, group in groupby(methods, key=lambda method: method.service):
        services.append(service)
        sources.update(_service(service, list(group)))
    sources[PLACE / "services.py"] = _services(services, "Services", "sync", "Caller")
    sources[PLACE / "services_async.py"] = _services(services, "AsyncServices", "aio", "AsyncCaller")
    return {path: _formatted(source) for path, source in sources.items()}


def _service(service: str, methods: list[Named]) -> dict[Path, str]:
    models = Models(service, tuple(SERVICES))
    contracts, sync, aio = [], [], []
    for method in methods:
        spec = method.spec
        arguments: list[Member] = []
        params = ""
        if spec.params is not None:
            kind = inspect.type_info(spec.params)
            assert isinstance(kind, inspect.StructType)
            params = models.type(kind, sent=True)
            arguments = models.members(kind, sent=True)
        result = "None" if spec.result is None else models.type(inspect.type_info(spec.result), sent=False)
        contracts.append(_contract(method, result))
        sync.append(_method(method, arguments, params, result, "def", "return self._call"))
        aio.append(_method(method, arguments, params, result, "async def", "return await self._call"))
    folder, title = PLACE / service, pascal(service)
    used = "from linli_sdk.api.{0} import contracts\nfrom linli_sdk.api.{0}.models import {1}\n"
    names = ", ".join(models.sources)
    imports = used.format(service, names) if names else f"from linli_sdk.api.{service} import contracts\n"
    return {
        folder / "__init__.py": f'"""Service `{service}`: models, contracts and methods."""\n',
        folder / "models.py": HEAD.format(f"What the methods of `{service}` take and answer.")
        + "from typing import Any, Literal\n\nfrom msgspec import field\n\nfrom linli_sdk.methods import Model\n\n\n"
        + "\n\n\n".join(models.sources.values()),
        folder / "contracts.py": HEAD.format(f"Path, version and result of each method of `{service}`.")
        + "from typing import Any\n\n"
        + (f"from linli_sdk.api.{service}.models import {names}\n" if names else "")
        + "from linli_sdk.methods import Method\n\n"
        + "\n".join(contracts),
        folder / "sync.py": HEAD.format(f"The methods of `{service}`.")
        + f"from typing import Any, Literal\n\n{imports}from linli_sdk.service import Service\n\n\n"
        + f'class {title}(Service):\n    """{_titles(methods)}"""\n\n'
        + "\n\n".join(sync),
        folder / "aio.py": HEAD.format(f"The methods of `{service}` on asyncio.")
        + f"from typing import Any, Literal\n\n{imports}from linli_sdk.service import AsyncService\n\n\n"
        + f'class Async{title}(AsyncService):\n    """{_titles(methods)}"""\n\n'
        + "\n\n".join(aio),
    }


def _contract(method: Named, result: str) -> str:
    spec = method.spec
    kind = "" if result == "None" else f", result={result}"
    reads = ", reads=True" if _reads(spec) else ""
    expression = f'Method("{spec.path}", "{spec.version}", token="{spec.token}"{kind}{reads})'
    return f"{method.constant}: Method[{result}] = {expression}"


def _method(method: Named, arguments: list[Member], params: str, result: str, define: str, call: str) -> str:
    given = sorted(arguments, key=lambda member: not member.required)
    listed = "".join(
        f", {member.name}: {member.type}{'' if member.required else ' = None'}" for member in given
    )
    head = f"    {define} {method.name}(self{', *' if given else ''}{listed}) -> {result}:"
    lines = [head, f"        {_doc(method.spec, given)}"]
    if params:
        passed = ", ".join(f"{member.name}={member.name}" for member in given)
        lines.append(f"        {call}(contracts.{method.constant}, {params}({passed}))")
    else:
        lines.append(f"        {call}(contracts.{method.constant})")
    return "\n".join(lines)


def _doc(spec: MethodSpec, given: list[Member]) -> str:
    lines = [
        f"{spec.title_en} / {spec.title}",
        "",
        f"`{spec.path}` {spec.version}{', legacy' if spec.legacy else ''}.",
    ]
    if spec.token == "required":
        lines[-1] += " Needs a community: `client.at(community_id)`."
    if spec.description:
        lines += ["", *spec.description.split("\n")]
    noted = [f"    {member.name}: {' '.join(member.note.split())}" for member in given if member.note]
    if noted:
        lines += ["", "Args:", *noted]
    codes = sorted(
        {str(kind.api_code) for kind in spec.raises if issubclass(kind, LinliError) and kind.api_code}
    )
    if codes:
        lines += ["", f"Codes of its own: {', '.join(codes)}."]
    text = "\n        ".join(line.rstrip() for line in lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}\n        """' if len(lines) > 1 else quoted(text)


def _titles(methods: list[Named]) -> str:
    service = methods[0].spec.service
    return f"The {len(methods)} methods of service `{service}`, as a key is granted it."


def _reads(spec: MethodSpec) -> bool:
    """Named as a question. Tokens are not: each one got kills the one before."""
    last = snake(spec.path.rsplit("/", 1)[-1]).split("_")[-1]
    return last in _READS and spec.service != ALWAYS_GRANTED


def _services(services: list[str], name: str, module: str, caller: str) -> str:
    prefix = "Async" if name.startswith("Async") else ""
    imports = "\n".join(
        f"from linli_sdk.api.{service}.{module} import {prefix}{pascal(service)}" for service in services
    )
    properties = "\n\n".join(
        f"    @property\n    def {service}(self: {caller}) -> {kind}:\n        return {kind}(self)"
        for service in services
        for kind in [prefix + pascal(service)]
    )
    return (
        HEAD.format("The services of a client, each under its name.")
        + f"{imports}\nfrom linli_sdk.service import {caller}\n\n\n"
        + f'class {name}:\n    """Mixed into the client."""\n\n{properties}\n'
    )


def _formatted(source: str) -> str:
    tool = str(Path(sys.executable).parent / "ruff")
    config = [
        "--config",
        str(ROOT / "sdk" / "pyproject.toml"),
        "--stdin-filename",
        str(PLACE / "made.py"),
        "-",
    ]
    chosen = [tool, "check", "--select", "F401,I", "--fix-only", "--quiet", *config]
    tidy = subprocess.run(chosen, input=source, capture_output=True, text=True, check=True).stdout
    done = subprocess.run(
        [tool, "format", "--quiet", *config], input=tidy, capture_output=True, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
