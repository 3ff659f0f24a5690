"""The registry's Struct types as source of the SDK's models."""

from typing import Any

import msgspec
from msgspec import inspect

from sdk_names import pascal, snake

PLAIN: dict[type[inspect.Type], str] = {
    inspect.StrType: "str",
    inspect.IntType: "int",
    inspect.FloatType: "float",
    inspect.BoolType: "bool",
    inspect.AnyType: "Any",
    inspect.RawType: "Any",
    inspect.NoneType: "None",
}
LISTS = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType)


class Member(msgspec.Struct, frozen=True):
    """One field of a model, or one argument of a method."""

    name: str
    wire: str
    type: str
    required: bool
    default: str
    """Source of the default of a result's member."""
    note: str


class Models:
    """The models of one service, each under one name. Parameters and results are kept apart only by how they default."""

    def __init__(self, service: str, prefixes: tuple[str, ...]) -> None:
        self._service = service
        self._prefixes = prefixes
        self._names: dict[Any, str] = {}
        self._taken: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        """Name → its class statement, in the order of first use."""

    def members(self, kind: inspect.StructType, *, sent: bool) -> list[Member]:
        members, names = [], set[str]()
        for field in kind.fields:
            bare, note, optional = bare_of(field.type)
            name = snake(
                field.encode_name if field.name[:1] == "f" and field.name[1:].isdigit() else field.name
            )
            while name in names:
                name += "_"
            names.add(name)
            source = self.type(bare, sent=sent)
            default = _default(field)
            if not field.required and (sent or optional or default == "None"):
                source, default = _or_none(source), "None"
            elif optional:
                source = _or_none(source)
            members.append(Member(name, field.encode_name, source, field.required, default, note))
        return members

    def type(self, kind: inspect.Type, *, sent: bool) -> str:
        """Source of a type annotation; models that it needs are added."""
        kind, _, optional = bare_of(kind)
        source = self._type(kind, sent=sent)
        return _or_none(source) if optional else source

    def _type(self, kind: inspect.Type, *, sent: bool) -> str:
        if isinstance(kind, LISTS):
            return f"list[{self.type(kind.item_type, sent=sent)}]"
        if isinstance(kind, inspect.DictType):
            return f"dict[str, {self.type(kind.value_type, sent=sent)}]"
        if isinstance(kind, inspect.UnionType):
            sources = dict.fromkeys(self.type(part, sent=sent) for part in kind.types)
            return "Any" if "Any" in sources else " | ".join(sources)
        if isinstance(kind, inspect.LiteralType | inspect.EnumType):
            values = (
                list(kind.values) if isinstance(kind, inspect.LiteralType) else [e.value for e in kind.cls]
            )
            if sent:
                return f"Literal[{', '.join(_literal(value) for value in values)}]"
            # What a newer platform answers beyond these must not fail here.
            return "str" if any(isinstance(value, str) for value in values) else "int"
        if isinstance(kind, inspect.StructType):
            return self._model(kind, sent=sent)
        return PLAIN.get(type(kind), "Any" if not isinstance(kind, inspect.DateTimeType) else "str")

    def _model(self, kind: inspect.StructType, *, sent: bool) -> str:
        if kind.cls in self._names:
            return self._names[kind.cls]
        name = self._name(kind.cls)
        while name in self._taken:
            name += "_"
        self._names[kind.cls], self._taken[name] = name, kind.cls
        self.sources[name] = ""  # keeps the place before the models that it needs
        self.sources[name] = class_source(name, _doc(kind), self.members(kind, sent=sent), sent=sent)
        return name

    def _name(self, kind: Any) -> str:
        origin = getattr(kind, "__origin__", None)
        if origin is not None:
            return "".join(self._plain(part) for part in kind.__args__) + self._plain(origin)
        return self._plain(kind)

    def _plain(self, kind: Any) -> str:
        name = str(kind.__name__)
        for prefix in self._prefixes:
            name = name.removeprefix(f"{prefix}_")
        return pascal(name)


def class_source(name: str, doc: str, members: list[Member], *, sent: bool) -> str:
    lines = [f"class {name}(Model, kw_only=True):"]
    if doc:
        lines += [f"    {quoted(doc)}", ""]
    for member in members:
        renamed = member.wire != member.name
        value = ""
        if renamed and member.required:
            value = f' = field(name="{member.wire}")'
        elif renamed:
            default = "default_factory=list" if member.default == "[]" else f"default={member.default}"
            value = f' = field({default}, name="{member.wire}")'
        elif not member.required:
            value = f" = {member.default}"
        lines.append(f"    {member.name}: {member.type}{value}")
        if member.note:
            lines.append(f"    {quoted(member.note)}")
    if not members:
        lines += [] if doc else ["    pass"]
    return "\n".join(lines)


def quoted(text: str) -> str:
    text = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}{" " if text.endswith(chr(34)) else ""}"""'


def bare_of(kind: inspect.Type) -> tuple[inspect.Type, str, bool]:
    """The type without its metadata and without None, its description, and whether None was among its values."""
    note, optional = "", False
    while True:
        if isinstance(kind, inspect.Metadata):
            note = note or str((kind.extra_json_schema or {}).get("description", ""))
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            kept = tuple(part for part in kind.types if not isinstance(part, inspect.NoneType))
            optional = optional or len(kept) < len(kind.types)
            if len(kept) != 1:
                return inspect.UnionType(kept), note, optional
            kind = kept[0]
        else:
            return kind, note, optional


def _or_none(source: str) -> str:
    return source if source == "Any" or source.endswith("| None") else f"{source} | None"


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _default(field: inspect.Field) -> str:
    if field.default_factory is list:
        return "[]"
    value = field.default
    if isinstance(value, bool | int | float):
        return repr(value)
    return f'"{value}"' if isinstance(value, str) and '"' not in value else "None"


def _doc(kind: inspect.StructType) -> str:
    doc: str = getattr(getattr(kind.cls, "__origin__", kind.cls), "__doc__", None) or ""
    return doc.split("\n\n")[0]
