"""What is an expression's class? Read off annotations, without running anything; None where they do not say.

It follows parameters, assignments, loops, fields, properties and what functions return, in whatever order they run. What
it names is right where mypy passes; what it does not understand is None, and whoever asks must then reckon with anything.
"""

import ast
import gc
import sys
from functools import cache
from pathlib import Path
from threading import Lock

from code_kinds import (
    ANYTHING,
    DICTS,
    LISTS,
    NOTHING,
    SAME_ELEMENTS,
    Type,
    Types,
    awaited,
    either,
    item_of,
    join,
)
from code_scopes import PLAIN_DECORATORS, WRAPPERS, Class, Scope, Scopes, last_name
from code_tree import Function, Package


class Code(Scopes):
    """What the expressions of `package` are."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._types: dict[int, Types] = {}
        self._members: dict[tuple[str, str], Types] = {}
        self._functions: dict[str, Function] = {}
        self._under_way: set[object] = set()

    # annotations

    def annotated(self, node: ast.AST | None, scope: Scope, depth: int = 0) -> Types:
        """What an annotation says. `None` is left out of what it may be."""
        match node:
            case ast.Constant(value=None):
                return NOTHING
            case ast.Constant(value=str(text)):
                try:
                    return self.annotated(ast.parse(text, mode="eval").body, scope, depth)
                except SyntaxError:
                    return None
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return either(self.annotated(left, scope, depth), self.annotated(right, scope, depth))
            case ast.Subscript(value=base, slice=inner):
                name = self.named(base, scope)
                short = name.rpartition(".")[2]
                parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                if short in WRAPPERS or short == "Optional":
                    return self.annotated(parts[0], scope, depth)
                if short in ANYTHING or not name or short == "Callable":
                    return None
                arguments = tuple(
                    self.annotated(part, scope, depth)
                    for part in parts
                    if not isinstance(part, ast.Constant) or part.value is not ...
                )
                if short == "type":
                    inner_types = arguments[0]
                    return (
                        None
                        if inner_types is None
                        else tuple(Type("type", (), kind.name) for kind in inner_types)
                    )
                endless = any(isinstance(part, ast.Constant) and part.value is ... for part in parts)
                return (Type(name, arguments, "…" if endless else ""),)
            case ast.Name() | ast.Attribute():
                return self._annotated_name(node, scope, depth)
            case _:
                return None

    def _annotated_name(self, node: ast.expr, scope: Scope, depth: int) -> Types:
        name = self.named(node, scope)
        if not name or name.rpartition(".")[2] in ANYTHING or depth > 5:
            return None
        defined = self.package.statement(name)
        if defined is not None and not isinstance(defined[1], ast.ClassDef):
            module, statement = defined
            if (
                isinstance(statement, ast.TypeAlias | ast.Assign | ast.AnnAssign)
                and statement.value is not None
            ):
                if isinstance(statement, ast.TypeAlias) and statement.type_params:
                    return None
                return self.annotated(statement.value, self.scopes[id(module.tree)], depth + 1)
            return None
        return (Type(name),)

    # expressions

    def type_of(self, node: ast.AST, scope: Scope) -> Types:
        key = id(node)
        if key in self._types:
            return self._types[key]
        if key in self._under_way:
            return None
        self._under_way.add(key)
        try:
            kind = self._type_of(node, scope)
        finally:
            self._under_way.discard(key)
        self._types[key] = kind
        return kind

    def _type_of(self, node: ast.AST, scope: Scope) -> Types:
        match node:
            case ast.Name(id=name):
                return self._variable(name, scope)
            case ast.Attribute(value=value, attr=attr):
                return (
                    join(self.member(kind, attr) for kind in owners)
                    if (owners := self.type_of(value, scope))
                    else None
                )
            case ast.Call():
                return self._call(node, scope)
            case ast.Await(value=value):
                return (
                    join(awaited(kind) for kind in kinds) if (kinds := self.type_of(value, scope)) else None
                )
            case ast.IfExp(body=first, orelse=second):
                return either(self.type_of(first, scope), self.type_of(second, scope))
            case ast.BoolOp(values=values):
                return join(self.type_of(value, scope) for value in values)
            case ast.NamedExpr(value=value):
                return self.type_of(value, scope)
            case ast.Constant(value=None):
                return NOTHING
            case ast.Constant(value=value):
                return (Type(type(value).__name__),)
            case ast.JoinedStr():
                return (Type("str"),)
            case ast.List(elts=parts) | ast.Set(elts=parts):
                return (
                    Type("list", (join(self.type_of(part, scope) for part in parts) if parts else None,)),
                )
            case ast.Tuple(elts=parts):
                return (Type("tuple", tuple(self.type_of(part, scope) for part in parts)),)
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
                return (Type("list", (self.type_of(part, scope),)),)
            case ast.Dict(keys=keys, values=values) if values and all(key is not None for key in keys):
                return (Type("dict", (None, join(self.type_of(value, scope) for value in values))),)
            case ast.DictComp(key=key, value=value):
                return (Type("dict", (self.type_of(key, scope), self.type_of(value, scope))),)
            case ast.Subscript(value=value, slice=place):
                kinds = self.type_of(value, scope)
                return join(item_of(kind, place) for kind in kinds) if kinds else None
            case _:
                return None

    def _variable(self, name: str, scope: Scope) -> Types:
        around: Scope | None = scope
        while around is not None:
            in_class = around.owner and around.outer is not None and around.outer.owner != around.owner
            if name in around.generic:
                return None
            if name in around.values and (around is scope or not in_class):
                return join(self._filled(name, how, value, around) for how, value in around.values[name])
            around = around.outer
        dotted = self.package.meaning(scope.module, name)
        kinds = self._top(dotted)
        return (
            (Type("outside", (), dotted),)
            if kinds is None and dotted in scope.module.brings.get(name, ())
            else kinds
        )

    def _top(self, dotted: str) -> Types:
        """What stands at the top of a module, or a module."""
        if dotted in self.package.modules:
            return (Type("module", (), dotted),)
        if dotted in self.classes:
            return (Type("type", (), dotted),)
        defined = self.package.statement(dotted)
        if defined is None:
            return (Type("outside", (), dotted),) if "." in dotted else None
        scope, name = self.scopes[id(defined[0].tree)], dotted.rpartition(".")[2]
        return self._variable(name, scope) if name in scope.values else None

    def _filled(self, name: str, how: str, value: ast.AST, scope: Scope) -> Types:
        how, _, place = how.partition(":")
        match how:
            case "annotation":
                return self.annotated(value, scope)
            case "value":
                kinds = self.type_of(value, scope)
            case "element":
                kinds = self._elements(self.type_of(value, scope))
            case "with":
                kinds = self._with(value, scope)
            case "instances":
                names = value.elts if isinstance(value, ast.Tuple) else [value]
                return join(self.annotated(part, scope) for part in names)
            case "several":
                return (Type("list", (self.annotated(value, scope),)),)
            case "by name":
                return (Type("dict", (None, self.annotated(value, scope))),)
            case "self":
                return (Type(scope.owner),)
            case "cls":
                return (Type("type", (), scope.owner),)
            case "class":
                return (Type("type", (), f"{scope.owner or scope.module.name}.{name}"),)
            case "function" if isinstance(value, ast.FunctionDef | ast.AsyncFunctionDef):
                return (Type("function", (), str(id(value))),) if self._keep(value) else None
            case _:
                return None
        if not place or kinds is None:
            return kinds
        return join(item_of(kind, ast.Constant(int(place))) for kind in kinds)

    def _keep(self, node: Function) -> bool:
        """Remember a function by its id; False where a decorator makes something else of it."""
        self._functions[str(id(node))] = node
        return all(_plain(decorator) for decorator in node.decorator_list)

    def member(self, kind: Type, attr: str) -> Types:
        """An attribute of a value."""
        if kind.name == "module":
            return self._top(self.package.definition(f"{kind.of}.{attr}"))
        if kind.name == "outside":
            return (Type("outside", (), f"{kind.of}.{attr}"),)
        of_class = kind.name == "type"
        owner = kind.of if of_class else kind.name
        if owner not in self.classes:
            return (Type("outside", kind.arguments, f"{owner}.{attr}"),)
        key = (f"{owner}{'()' if of_class else ''}", attr)
        if key in self._members:
            return self._members[key]
        if key in self._under_way:
            return None
        self._under_way.add(key)
        try:
            self._members[key] = self._member(owner, attr, of_class=of_class)
        finally:
            self._under_way.discard(key)
        return self._members[key]

    def _member(self, owner: str, attr: str, *, of_class: bool) -> Types:
        for above in self.lineage(owner):
            entry = self.classes.get(above)
            if entry is None:
                continue
            inside = self._inside(entry)
            if attr in entry.methods:
                method = entry.methods[attr]
                if any(
                    last_name(decorator) in ("property", "cached_property")
                    for decorator in method.decorator_list
                ):
                    return self.annotated(method.returns, self.scopes[id(method)])
                return (Type("function", (), str(id(method))),) if self._keep(method) else None
            if f"{above}.{attr}" in self.classes:
                return (Type("type", (), f"{above}.{attr}"),)
            if attr in entry.fields:
                return self.annotated(entry.fields[attr], inside)
            if attr in entry.plain:
                if of_class and self._is_enum(owner):
                    return (Type(owner),)
                return join(self.type_of(value, scope) for scope, value in entry.plain[attr])
        return None

    def _inside(self, entry: Class) -> Scope:
        scope = Scope(entry.module, entry.name, entry.scope)
        scope.generic = {part.name for part in entry.node.type_params if isinstance(part, ast.TypeVar)}
        return scope

    def _is_enum(self, name: str) -> bool:
        return any(
            above.rpartition(".")[2] in ("Enum", "StrEnum", "IntEnum", "IntFlag", "Flag")
            for above in self.lineage(name)
        )

    def _call(self, node: ast.Call, scope: Scope) -> Types:
        called = self.type_of(node.func, scope)
        if called is None:
            if isinstance(node.func, ast.Name) and node.args:
                return self._built_in(node.func.id, node, scope)
            return None
        return join(self._answer(kind, node, scope) for kind in called) if called else None

    def _answer(self, kind: Type, node: ast.Call, scope: Scope) -> Types:
        if kind.name == "type":
            return (Type(kind.of),)
        if kind.name == "function":
            function: Function = self._functions[kind.of]
            inner = self.scopes[id(function)]
            if isinstance(function.returns, ast.Name) and function.returns.id == "Self":
                owner = self.type_of(node.func.value, scope) if isinstance(node.func, ast.Attribute) else None
                return (
                    None
                    if owner is None
                    else tuple(Type(part.of) if part.name == "type" else part for part in owner)
                )
            return self.annotated(function.returns, inner)
        if kind.name == "outside":
            return self._outside(kind, node, scope)
        return None

    def _outside(self, kind: Type, node: ast.Call, scope: Scope) -> Types:
        """What a function of another package answers: of lists and dicts, and of msgspec's decoders."""
        short = kind.of.rpartition(".")[2]
        if kind.of.startswith("msgspec."):
            if short == "Decoder":
                return (Type(kind.of, (self.annotated(node.args[0], scope) if node.args else None,)),)
            if kind.of.endswith("Decoder.decode"):
                return kind.arguments[0]
            named = [keyword.value for keyword in node.keywords if keyword.arg == "type"] or node.args[1:2]
            if short in ("decode", "convert") and named:
                return self.annotated(named[0], scope)
            if short == "replace" and node.args:
                return self.type_of(node.args[0], scope)
        return self._of_container(node.func, scope) if isinstance(node.func, ast.Attribute) else None

    def _of_container(self, method: ast.Attribute, scope: Scope) -> Types:
        """What a method of a list or dict answers."""
        kinds = self.type_of(method.value, scope)
        if not kinds or len(kinds) > 1:
            return None
        short, arguments = kinds[0].name.rpartition(".")[2], kinds[0].arguments
        if short in DICTS and len(arguments) == 2:
            key, value = arguments
            match method.attr:
                case "values":
                    return (Type("list", (value,)),)
                case "keys":
                    return (Type("list", (key,)),)
                case "items":
                    return (Type("list", ((Type("tuple", (key, value)),),)),)
                case "get" | "pop" | "setdefault":
                    return value
                case "copy":
                    return kinds
        if short in LISTS and method.attr in ("pop", "popleft") and arguments:
            return arguments[0]
        return None

    def _built_in(self, name: str, node: ast.Call, scope: Scope) -> Types:
        first = self.type_of(node.args[0], scope)
        if name in SAME_ELEMENTS:
            return (Type("list", (self._elements(first),)),)
        if name == "next":
            return self._elements(first)
        if name == "enumerate":
            return (Type("list", ((Type("tuple", ((Type("int"),), self._elements(first))),),)),)
        if name == "zip":
            parts = tuple(self._elements(self.type_of(argument, scope)) for argument in node.args)
            return (Type("list", ((Type("tuple", parts),),)),)
        return None

    def _elements(self, kinds: Types) -> Types:
        return join(self._element(kind) for kind in kinds) if kinds else None

    def _element(self, kind: Type) -> Types:
        short = kind.name.rpartition(".")[2]
        if kind.name == "type" and kind.of in self.classes and self._is_enum(kind.of):
            return (Type(kind.of),)
        if short == "tuple" and not kind.of:
            return join(kind.arguments) if kind.arguments else None
        if (short in LISTS or short in DICTS) and kind.arguments:
            return kind.arguments[0]
        return None

    def _with(self, value: ast.AST, scope: Scope) -> Types:
        kinds = self.type_of(value, scope)
        if not kinds:
            return None
        if isinstance(value, ast.Call):
            called = self.type_of(value.func, scope) or ()
            if called and all(kind.name == "function" for kind in called) and (each := self._elements(kinds)):
                return each
        return join(self._entered(kind) for kind in kinds)

    def _entered(self, kind: Type) -> Types:
        for name in ("__enter__", "__aenter__"):
            for above in self.lineage(kind.name):
                method = self.classes[above].methods.get(name) if above in self.classes else None
                if method is None:
                    continue
                if isinstance(method.returns, ast.Name) and method.returns.id == "Self":
                    return (kind,)
                return self.annotated(method.returns, self.scopes[id(method)])
        return None


_lock = Lock()


def read_code(source: Path) -> "Code":
    """The code of a package's folder, read once: some seconds for the whole tree."""
    with _lock:
        return _code(source.resolve())


@cache
def _code(source: Path) -> Code:
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))
    gc.disable()  # millions of nodes that all stay: looking through them takes longer than making them
    try:
        return Code(Package(source))
    finally:
        gc.enable()


def _plain(decorator: ast.expr) -> bool:
    return last_name(decorator) in PLAIN_DECORATORS
