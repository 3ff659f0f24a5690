"""The functions and classes of a package: what may fill their names, and where attributes are read and calls made."""

import ast
from collections.abc import Iterable, Iterator

from code_tree import Function, Module, Package, chain

WRAPPERS = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"})
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


class Scopes:
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
        self._families: dict[str, set[str]] = {}
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
                    and last_name(annotation) in WRAPPERS
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
                        and last_name(annotation) in WRAPPERS
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


def last_name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    names = chain(node)
    return names[-1] if names else ""
