"""What is an expression's class? Read off annotations, without running anything; None where they do not say.

It follows parameters, assignments, loops, fields, properties and what functions return, in whatever order they run. What
it names is right where mypy passes; what it does not understand is None, and whoever asks must then reckon with anything.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from code_tree import Function, Module, Package, chain


class Type(NamedTuple):
    """A class by its dotted name, or `type`, `module`, `function` with the name of which one in `of`."""

    name: str
    arguments: tuple["Types", ...] = ()
    of: str = ""


type Types = tuple[Type, ...] | None
"""What it may be; None: anything."""

NOTHING: tuple[Type, ...] = ()
WRAPPERS = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"})
ANYTHING = frozenset({"Any", "object", "Self", "Never", "Literal"})
LISTS = frozenset(
    [
        "list",
        "set",
        "frozenset",
        "deque",
        "Sequence",
        "Iterable",
        "Iterator",
        "Collection",
        "Set",
        "MutableSet",
        "AbstractSet",
        "AsyncIterator",
        "AsyncIterable",
        "Generator",
        "AsyncGenerator",
        "MutableSequence",
        "tuple",
        "Reversible",
        "KeysView",
        "ValuesView",
    ]
)
DICTS = frozenset(["dict", "defaultdict", "Mapping", "MutableMapping", "OrderedDict"])
AWAITED = {"Awaitable": 0, "Future": 0, "Task": 0, "Coroutine": 2}
SAME_ELEMENTS = frozenset({"list", "sorted", "set", "frozenset", "tuple", "reversed", "iter"})
PLAIN_DECORATORS = frozenset(
    [
        "property",
        "cached_property",
        "staticmethod",
        "classmethod",
        "abstractmethod",
        "override",
        "overload",
        "final",
        "setter",
        "contextmanager",
        "asynccontextmanager",
        "cache",
        "lru_cache",
        "wraps",
    ]
)
"""They hand the function to nobody."""


class Scope:
    """Names of a function (and of those around it), each with what may fill it."""

    def __init__(
        self, module: Module, owner: str = "", outer: "Scope | None" = None, node: ast.AST | None = None
    ) -> None:
        self.module = module
        self.node = node
        """The function that it is of."""
        self.owner = owner
        """The class in whose body it is, dotted."""
        self.outer = outer
        self.values: dict[str, list[tuple[str, ast.AST]]] = {}
        self.generic: set[str] = set()


class Class:
    def __init__(self, name: str, module: Module, node: ast.ClassDef, scope: Scope) -> None:
        self.name = name
        self.module = module
        self.node = node
        self.scope = scope
        self.bases: list[str] = []
        self.methods: dict[str, Function] = {}
        self.fields: dict[str, ast.expr] = {}
        self.plain: dict[str, list[tuple[Scope, ast.expr]]] = {}
        """Attributes without annotation: what is given to them, and where."""


class Code:
    """`package` with its classes and scopes."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.classes: dict[str, Class] = {}
        self.scopes: dict[int, Scope] = {}
        """Of a function's node, and of a module's, by id."""
        self.reads: dict[str, list[tuple[ast.Attribute, Scope]]] = {}
        """Attributes that are read, by name."""
        self.calls: list[tuple[ast.Call, Scope]] = []
        self.patterns: list[tuple[ast.MatchClass, Scope]] = []
        self._types: dict[int, Types] = {}
        self._members: dict[tuple[str, str], Types] = {}
        self._functions: dict[str, Function] = {}
        self._families: dict[str, set[str]] = {}
        self._under_way: set[object] = set()
        for module in package.modules.values():
            scope = Scope(module)
            self.scopes[id(module.tree)] = scope
            self._enter(module.tree.body, scope)
        for entry in self.classes.values():
            entry.bases = [self.named(base, entry.scope) for base in entry.node.bases]
        self.heirs: dict[str, set[str]] = {}
        for name in self.classes:
            for above in self.lineage(name):
                self.heirs.setdefault(above, set()).add(name)

    # reading the tree

    def _enter(self, body: Iterable[ast.AST], scope: Scope) -> None:
        for node in body:
            self._node(node, scope)

    def _node(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node, scope)
                return
            case ast.ClassDef():
                self._class(node, scope)
                return
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._fill(target, "value", value, scope)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                bare = (
                    value is not None
                    and _last(annotation) in WRAPPERS
                    and not isinstance(annotation, ast.Subscript)
                )
                if bare and value is not None:
                    self._fill(target, "value", value, scope)
                else:
                    self._fill(target, "annotation", annotation, scope)
            case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                self._fill(target, "value", value, scope)
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                self._fill(target, "element", value, scope)
            case ast.comprehension(target=target, iter=value):
                self._fill(target, "element", value, scope)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._fill(target, "with", value, scope)
            case ast.ExceptHandler(name=str(name), type=ast.expr() as kind):
                scope.values.setdefault(name, []).append(("instances", kind))
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                scope.values.setdefault(name, []).append(("anything", node))
            case ast.MatchMapping(rest=str(name)):
                scope.values.setdefault(name, []).append(("anything", node))
            case ast.Attribute(attr=attr, ctx=ast.Load()):
                self.reads.setdefault(attr, []).append((node, scope))
            case ast.Call():
                self.calls.append((node, scope))
            case ast.MatchClass():
                self.patterns.append((node, scope))
        self._enter(ast.iter_child_nodes(node), scope)

    def _fill(self, target: ast.expr, how: str, value: ast.AST, scope: Scope) -> None:
        match target:
            case ast.Name(id=name):
                scope.values.setdefault(name, []).append((how, value))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for place, part in enumerate(parts):
                    if isinstance(part, ast.Name):
                        step = f"{how}:{place}" if isinstance(target, ast.Tuple) else "anything"
                        scope.values.setdefault(part.id, []).append((step, value))
                    elif not isinstance(part, ast.Attribute | ast.Subscript):
                        self._fill(part, "anything", value, scope)
            case ast.Starred(value=ast.Name(id=name)):
                scope.values.setdefault(name, []).append(("anything", value))
            case ast.Attribute(value=ast.Name(id="self"), attr=attr):
                entry = self.classes.get(scope.owner)
                if entry is not None and how == "annotation" and isinstance(value, ast.expr):
                    entry.fields.setdefault(attr, value)
                elif entry is not None and how == "value" and isinstance(value, ast.expr):
                    entry.plain.setdefault(attr, []).append((scope, value))

    def _function(self, node: Function | ast.Lambda, outer: Scope) -> None:
        scope = Scope(outer.module, outer.owner, outer, node)
        self.scopes[id(node)] = scope
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args]
        for place, argument in enumerate([*every, *arguments.kwonlyargs]):
            if place == 0 and every and argument.arg in ("self", "cls") and outer.owner:
                scope.values[argument.arg] = [(argument.arg, node)]
            elif argument.annotation is not None:
                scope.values[argument.arg] = [("annotation", argument.annotation)]
            else:
                scope.values[argument.arg] = [("anything", argument)]
        for argument in filter(None, [arguments.vararg, arguments.kwarg]):
            how = "several" if argument is arguments.vararg else "by name"
            scope.values[argument.arg] = [(how, argument.annotation or argument)]
        if isinstance(node, ast.Lambda):
            self._node(node.body, scope)
            return
        scope.generic = {
            parameter.name for parameter in node.type_params if isinstance(parameter, ast.TypeVar)
        }
        outer.values.setdefault(node.name, []).append(("function", node))
        self._enter(node.decorator_list, outer)
        self._enter([*arguments.defaults, *filter(None, arguments.kw_defaults)], outer)
        self._enter(node.body, scope)

    def _class(self, node: ast.ClassDef, outer: Scope) -> None:
        name = f"{outer.owner or outer.module.name}.{node.name}"
        scope = Scope(outer.module, name, outer)
        scope.generic = {
            parameter.name for parameter in node.type_params if isinstance(parameter, ast.TypeVar)
        }
        entry = self.classes[name] = Class(name, outer.module, node, outer)
        if outer.outer is not None or outer.owner:
            outer.values.setdefault(node.name, []).append(("class", node))
        self._enter(node.decorator_list, outer)
        self._enter([*node.bases, *(keyword.value for keyword in node.keywords)], outer)
        for part in node.body:
            match part:
                case ast.FunctionDef(name=method) | ast.AsyncFunctionDef(name=method):
                    entry.methods.setdefault(method, part)
                case ast.AnnAssign(target=ast.Name(id=field), annotation=annotation, value=value):
                    if (
                        value is not None
                        and not isinstance(annotation, ast.Subscript)
                        and _last(annotation) in WRAPPERS
                    ):
                        entry.plain.setdefault(field, []).append((scope, value))
                    else:
                        entry.fields[field] = annotation
                case ast.Assign(targets=[ast.Name(id=field)], value=value):
                    entry.plain.setdefault(field, []).append((scope, value))
            self._node(part, scope)

    # names

    def named(self, node: ast.expr, scope: Scope) -> str:
        """The dotted name of a class that is written down."""
        if isinstance(node, ast.Subscript):
            node = node.value
        names = chain(node)
        if not names:
            return ""
        around: Scope | None = scope
        while around is not None:
            if names[0] in around.generic:
                return ""
            if around.outer is not None and any(how == "class" for how, _ in around.values.get(names[0], [])):
                return ".".join([around.owner or around.module.name, *names])
            around = around.outer
        first = self.package.meaning(scope.module, names[0])
        return self.package.definition(".".join([first, *names[1:]])) if names[1:] else first

    def lineage(self, name: str) -> Iterator[str]:
        """A class, then those it comes from, as far as they are of the package or named by it."""
        waiting, seen = [name], set()
        while waiting:
            current = waiting.pop(0)
            if current in seen or not current:
                continue
            seen.add(current)
            yield current
            waiting += self.classes[current].bases if current in self.classes else []

    def family(self, name: str) -> set[str]:
        """A class with those above and below it."""
        if name not in self._families:
            self._families[name] = {*self.lineage(name), *self.heirs.get(name, ())}
        return self._families[name]

    def is_protocol(self, name: str) -> bool:
        return any(above.rpartition(".")[2] == "Protocol" for above in self.classes[name].bases)

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
                return _either(self.annotated(left, scope, depth), self.annotated(right, scope, depth))
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
                    _join(self.member(kind, attr) for kind in owners)
                    if (owners := self.type_of(value, scope))
                    else None
                )
            case ast.Call():
                return self._call(node, scope)
            case ast.Await(value=value):
                return (
                    _join(_awaited(kind) for kind in kinds) if (kinds := self.type_of(value, scope)) else None
                )
            case ast.IfExp(body=first, orelse=second):
                return _either(self.type_of(first, scope), self.type_of(second, scope))
            case ast.BoolOp(values=values):
                return _join(self.type_of(value, scope) for value in values)
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
                    Type("list", (_join(self.type_of(part, scope) for part in parts) if parts else None,)),
                )
            case ast.Tuple(elts=parts):
                return (Type("tuple", tuple(self.type_of(part, scope) for part in parts)),)
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
                return (Type("list", (self.type_of(part, scope),)),)
            case ast.Dict(keys=keys, values=values) if values and all(key is not None for key in keys):
                return (Type("dict", (None, _join(self.type_of(value, scope) for value in values))),)
            case ast.DictComp(key=key, value=value):
                return (Type("dict", (self.type_of(key, scope), self.type_of(value, scope))),)
            case ast.Subscript(value=value, slice=place):
                kinds = self.type_of(value, scope)
                return _join(_item(kind, place) for kind in kinds) if kinds else None
            case _:
                return None

    def _variable(self, name: str, scope: Scope) -> Types:
        around: Scope | None = scope
        while around is not None:
            in_class = around.owner and around.outer is not None and around.outer.owner != around.owner
            if name in around.generic:
                return None
            if name in around.values and (around is scope or not in_class):
                return _join(self._filled(name, how, value, around) for how, value in around.values[name])
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
                return _join(self.annotated(part, scope) for part in names)
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
        return _join(_item(kind, ast.Constant(int(place))) for kind in kinds)

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
                    _last(decorator) in ("property", "cached_property") for decorator in method.decorator_list
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
                return _join(self.type_of(value, scope) for scope, value in entry.plain[attr])
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
        return _join(self._answer(kind, node, scope) for kind in called) if called else None

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
        return _join(self._element(kind) for kind in kinds) if kinds else None

    def _element(self, kind: Type) -> Types:
        short = kind.name.rpartition(".")[2]
        if kind.name == "type" and kind.of in self.classes and self._is_enum(kind.of):
            return (Type(kind.of),)
        if short == "tuple" and not kind.of:
            return _join(kind.arguments) if kind.arguments else None
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
        return _join(self._entered(kind) for kind in kinds)

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
    return Code(Package(source))


def _last(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    names = chain(node)
    return names[-1] if names else ""


def _plain(decorator: ast.expr) -> bool:
    return _last(decorator) in PLAIN_DECORATORS


def _either(first: Types, second: Types) -> Types:
    return None if first is None or second is None else tuple(dict.fromkeys((*first, *second)))


def _join(every: Iterable[Types]) -> Types:
    joined: Types = NOTHING
    for kinds in every:
        joined = _either(joined, kinds)
        if joined is None:
            return None
    return joined


def _awaited(kind: Type) -> Types:
    place = AWAITED.get(kind.name.rpartition(".")[2])
    if place is None:
        return (kind,)
    return kind.arguments[place] if len(kind.arguments) > place else None


def _item(kind: Type, place: ast.expr) -> Types:
    short = kind.name.rpartition(".")[2]
    if isinstance(place, ast.Slice):
        return (kind,)
    if short == "tuple" and not kind.of:
        if (
            isinstance(place, ast.Constant)
            and isinstance(place.value, int)
            and place.value < len(kind.arguments)
        ):
            return kind.arguments[place.value]
        return _join(kind.arguments) if kind.arguments else None
    if short in LISTS and kind.arguments:
        return kind.arguments[0]
    if short in DICTS and len(kind.arguments) == 2:
        return kind.arguments[1]
    return None
