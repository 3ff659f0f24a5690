"""Every data model the bus knows, read from `datamodels/*.json` and checked when the process starts."""

import functools
import re
from collections.abc import Iterator, Mapping
from importlib import resources

import msgspec

from linli.databus.datamodel import REAL, SYSTEM_FIELDS, TEXTUAL, WHOLE, DataModel, Field

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_VERSION = re.compile(r"\d+\.\d+")


class ModelError(Exception):
    """A model file is wrong; found at start, never at call time."""


class ModelRegistry:
    """Models by id and version."""

    def __init__(self, models: Mapping[tuple[str, str], DataModel]) -> None:
        """Raises ModelError when versions of one model contradict each other."""
        _check_slots(models)
        self._models = dict(sorted(models.items(), key=lambda item: (item[0][0], _order(item[0][1]))))
        self._newest_first: dict[str, tuple[DataModel, ...]] = {}
        for model in self._models.values():
            self._newest_first[model.model_id] = (model, *self._newest_first.get(model.model_id, ()))

    def __iter__(self) -> Iterator[DataModel]:
        return iter(self._models.values())

    def __len__(self) -> int:
        return len(self._models)

    def get(self, model_id: str, version: str) -> DataModel | None:
        return self._models.get((model_id, version))

    def versions(self, model_id: str) -> tuple[DataModel, ...]:
        """All versions of one model, newest first; empty when the model is unknown."""
        return self._newest_first.get(model_id, ())

    def suited(self, model_id: str, names: set[str]) -> DataModel | None:
        """The version that a row with these field names is of, when its writer names none.

        The newest version that has all given names and all of whose required fields are given; else the newest that has
        all given names; else the newest, and its check then names the faults.
        """
        versions = self.versions(model_id)
        knowing = [model for model in versions if names <= {field.name for field in model.fields}]
        for model in knowing:
            if all(field.name in names or field.fill for field in model.fields if field.required):
                return model
        return next(iter(knowing or versions), None)

    def fields(self, model_id: str) -> dict[str, Field]:
        """Fields of all versions by name; where versions differ the newest wins. For conditions."""
        fields: dict[str, Field] = {}
        for model in reversed(self.versions(model_id)):
            fields.update((field.name, field) for field in model.fields)
        return fields


def _check_slots(models: Mapping[tuple[str, str], DataModel]) -> None:
    """Versions of a model must agree on types and index columns: one condition searches the rows of all."""
    seen: dict[tuple[str, str], tuple[str, str | None]] = {}
    holder: dict[tuple[str, str], str] = {}
    for model in models.values():
        for field in model.fields:
            slot = seen.setdefault((model.model_id, field.name), (field.type, field.index))
            owner = (
                holder.setdefault((model.model_id, field.index), field.name) if field.index else field.name
            )
            if slot != (field.type, field.index) or owner != field.name:
                raise ModelError(f"{model.model_id}: versions disagree on {field.name}")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def read_model(name: str, content: bytes) -> DataModel:
    """One model file. Raises ModelError, naming the file and what is wrong in it."""
    try:
        model = msgspec.json.decode(content, type=DataModel)
    except msgspec.MsgspecError as error:
        raise ModelError(f"{name}: {error}") from error
    if name != f"{model.model_id}-{model.version}.json":
        raise ModelError(f"{name}: the file is named after modelId and version")
    if not _NAME.fullmatch(model.model_id) or not _VERSION.fullmatch(model.version):
        raise ModelError(f"{name}: bad modelId or version")
    if not model.fields:
        raise ModelError(f"{name}: a model has fields")
    names: set[str] = set()
    slots: set[str] = set()
    for field in model.fields:
        wrong = _wrong(field, names, slots)
        if wrong:
            raise ModelError(f"{name}: {field.name}: {wrong}")
        names.add(field.name)
        slots.update([field.index] if field.index else [])
    return model


def _wrong(field: Field, names: set[str], slots: set[str]) -> str:
    """Contradictions within one field; empty when there is none."""
    textual = field.type in TEXTUAL
    numeric = field.type in WHOLE or field.type in REAL
    if not _NAME.fullmatch(field.name) or field.name in names:
        return "bad or repeated name"
    if field.name in SYSTEM_FIELDS and field.fill is None:
        return "the name belongs to a system field"
    if field.index is not None:
        if field.index in slots:
            return f"{field.index} is taken"
        if field.index.startswith("text") != textual:
            return f"{field.index} does not fit {field.type}"
    if field.person == "id" and field.index not in ("text_1", "text_2"):
        return "records of a person are looked for in text_1 and text_2"
    if field.person == "facts" and not textual:
        return "what goes with a person is text"
    if not textual and (field.max_length or field.format or field.file or field.fill):
        return "maxLength, format, file and fill belong to texts"
    if not numeric and (field.min is not None or field.max is not None or field.step is not None):
        return "min, max and step belong to numbers"
    if any(isinstance(allowed.value, str) != textual for allowed in field.values):
        return "values are not of the field's type"
    if len({allowed.value for allowed in field.values}) != len(field.values):
        return "a value is listed twice"
    return ""


@functools.cache
def load() -> ModelRegistry:
    """The models that come with Linli. Raises ModelError."""
    models: dict[tuple[str, str], DataModel] = {}
    for entry in (resources.files("linli.databus") / "datamodels").iterdir():
        if entry.name.endswith(".json"):
            model = read_model(entry.name, entry.read_bytes())
            models[model.model_id, model.version] = model
    return ModelRegistry(models)
