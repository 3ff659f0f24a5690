"""The Python modules of a package, read once: what each gives at its top, and what a name in it stands for."""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

type Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """`name` is dotted. `gives`: its own names; `brings`: names that it imports, anywhere in it, with what they mean."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self.file = file
        self.tree = ast.parse(file.read_text("utf-8"))
        self.gives: dict[str, ast.stmt] = {}
        self.brings: dict[str, list[str]] = {}
        for node in self.tree.body:
            self.gives.update(dict.fromkeys(given_names(node), node))

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    def read_imports(self) -> None:
        package = self.name if self.file.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.brings.setdefault(alias.asname or whole, []).append(whole)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    above = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*above, *filter(None, [base])])
                for alias in node.names:
                    self.brings.setdefault(alias.asname or alias.name, []).append(f"{base}.{alias.name}")


class Package:
    """All modules below `source`, which is a package's folder, but its migrations."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.modules: dict[str, Module] = {}
        for file in sorted(source.rglob("*.py")):
            parts = file.relative_to(source.parent).with_suffix("").parts
            if "versions" in parts:
                continue
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            self.modules[name] = Module(name, file)
        for module in self.modules.values():
            module.read_imports()

    def meaning(self, module: Module, name: str) -> str:
        """The dotted name of what `name` stands for in `module`: of its definition, where that is in the package."""
        if name in module.gives:
            return f"{module.name}.{name}"
        if name in module.brings:
            return self.definition(module.brings[name][-1])
        return name

    def definition(self, dotted: str) -> str:
        """Where `dotted` is defined, through the packages that hand it on. Itself where that is not in this package."""
        seen = set()
        while dotted not in seen:
            seen.add(dotted)
            owner, _, name = dotted.rpartition(".")
            owner = owner if owner in self.modules else self.definition(owner) if owner else ""
            module = self.modules.get(owner)
            if module is not None and name not in module.gives and name in module.brings:
                dotted = module.brings[name][-1]  # also where a module of the package has the same name
            elif dotted in self.modules:
                return dotted
            else:
                return f"{owner}.{name}" if owner else name
        return dotted

    def statement(self, dotted: str) -> tuple[Module, ast.stmt] | None:
        """The module and statement that define a top name."""
        owner, _, name = dotted.rpartition(".")
        module = self.modules.get(owner)
        return None if module is None or name not in module.gives else (module, module.gives[name])


def given_names(node: ast.stmt) -> Iterator[str]:
    """Names that a statement gives."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (
                part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)
            )
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.TypeAlias(name=ast.Name(id=name)):
            yield name
        case ast.If(body=body, orelse=other) | ast.Try(body=body, orelse=other):
            for inner in (*body, *other):
                yield from given_names(inner)
        case _:
            return


def chain(node: ast.expr) -> list[str]:
    """The names of `a.b.c`; empty for what is no such chain."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else []
