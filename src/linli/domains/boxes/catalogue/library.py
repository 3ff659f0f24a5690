"""The vendor catalogue as data: read and checked once, searched by brand and model. Spec C 8.7 (presets), 9 (models).

`vendors.json` is the source's list with its line numbers. Open points are decided there as in spec C 17: a model
without a stated face side compares at the box, and 罗格朗 comes through its server although the list calls it a device.
"""

import functools
from importlib import resources
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from linli.protocols.driver_forms.doors import AccessType, FaceMode, Port

DOOR_DEVICE, DOOR_SYSTEM, DOOR_TERMINAL = "door_device", "door_system", "door_terminal"
"""Ids of the drivers of the three official protocols."""
EDGE_PORTS: Final = {DOOR_DEVICE: 10000, DOOR_SYSTEM: 10020, DOOR_TERMINAL: 10000}
"""TCP port of the box that devices, or the server before them, come to."""

Class = Literal["people", "vehicle", "perimeter", "eba", "lift", "indoor"]
CLASSES: Final[tuple[Class, ...]] = ("people", "vehicle", "perimeter", "eba", "lift", "indoor")
Ability = Literal[
    "face",
    "face_temperature",
    "qrcode",
    "card",
    "bluetooth",
    "intercom",
    "elevator_gateway",
    "elevator_gateway_with_rule",
]
"""Values of the device tag Capability (spec C 9)."""
Docking = Literal["device", "system", "hardware", "parking_system", "gateway", "ddc", "lift_gateway"]

_Text = Annotated[str, Meta(min_length=1, max_length=80)]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Data that we wrote ourselves: a key that nobody knows is a slip."""


class Brand(_Strict, frozen=True, kw_only=True):
    name: _Text
    latin: _Text
    """How people type it in Latin letters, several ways apart by blanks."""
    also: list[_Text] = []
    """Shorter names that guides use."""


class Preset(_Strict, frozen=True, kw_only=True):
    """The needs of a brand under a protocol. Spec C 8.7."""

    brand: _Text
    driver: _Text
    types: Annotated[list[AccessType], Meta(min_length=1)]
    """Logical devices that the guide makes for one machine."""
    port: Port | None
    """None: the form has no port."""
    video_port: Port | None = None
    """Of the intercom; None: the guide gives none, ask the vendor."""
    dummy: list[AccessType] = []
    """Types whose port the box never calls: remote opening cannot work there."""
    port_choices: dict[str, Port] = {}
    face_modes: list[FaceMode] = []
    algorithm_port: Port | None = None
    algorithm_provider: Literal["", "other"] = ""
    unique_id_name: str = ""
    """The vendor's name of the device's unique number (form B)."""
    unique_across_types: bool = False
    """One number twice takes every device of the brand off line: also across types (spec C 8.5)."""


class _Group(_Strict, frozen=True, kw_only=True):
    """Models of a brand that are alike."""

    kind: Class = msgspec.field(name="class")
    brand: _Text
    models: Annotated[list[_Text], Meta(min_length=1)]
    docking: Docking
    source: _Text
    firmware: str = ""
    abilities: list[Ability] = []
    face_mode: FaceMode | None = None
    protocol: str = ""
    functions: list[str] = []
    drivers: list[str] = []
    guide: bool = False
    """Named in a brand's guide only, not in the list of 147."""


class _Data(_Strict, frozen=True, kw_only=True):
    brands: list[Brand]
    models: list[_Group]
    presets: list[Preset]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model and what it takes to connect it."""

    kind: Class
    brand: str
    latin: str
    name: str
    docking: Docking
    firmware: str
    """Version that was integrated; empty: not given."""
    abilities: tuple[Ability, ...]
    face_mode: FaceMode | None
    """None: it knows no faces."""
    protocol: str
    """Field bus of building equipment; else empty."""
    functions: tuple[str, ...]
    drivers: tuple[str, ...]
    """Drivers that fit, the simplest first; empty: none is here yet."""
    listed: bool
    port: int | None
    """The machine's own; None: not given."""
    video_port: int | None
    algorithm_port: int | None

    @property
    def access_types(self) -> tuple[AccessType, ...]:
        """The kinds of logical device that it can be."""
        return tuple(_TYPES[ability] for ability in self.abilities if ability in _TYPES)

    @property
    def has_lift(self) -> bool:
        return any(ability.startswith("elevator_gateway") for ability in self.abilities)


_TYPES: Final[dict[Ability, AccessType]] = {
    "face": "face",
    "qrcode": "qrcode",
    "card": "card",
    "bluetooth": "bluetooth",
    "intercom": "video",
}


class Library:
    """Brands, models and presets. Raises ValueError where the data contradicts itself."""

    def __init__(self, data: _Data) -> None:
        self.brands = {brand.name: brand for brand in data.brands}
        self._names = {other: brand.name for brand in data.brands for other in (brand.name, *brand.also)}
        self.presets = tuple(data.presets)
        self.models = tuple(self._model(group, name) for group in data.models for name in group.models)
        self._by_name: dict[tuple[str, str], Model] = {}
        for model in self.models:
            if model.kind == "people" and model.listed:
                if (model.brand, model.name) in self._by_name:
                    raise ValueError(f"vendors.json: {model.brand} {model.name} is there twice")
                self._by_name[model.brand, model.name] = model
        for model in self.models:  # the list before what only a guide says
            if model.kind == "people":
                self._by_name.setdefault((model.brand, model.name), model)
        for preset in self.presets:
            if preset.brand not in self.brands:
                raise ValueError(f"vendors.json: preset of an unknown brand {preset.brand!r}")

    def _model(self, group: _Group, name: str) -> Model:
        if group.brand not in self.brands:
            raise ValueError(f"vendors.json: {name} has an unknown brand {group.brand!r}")
        if ("face" in group.abilities) != (group.face_mode is not None):
            raise ValueError(f"vendors.json: {name} has faces and no face mode, or a mode and no faces")
        preset = self._docked(group)
        device_side = group.face_mode == "device"
        return Model(
            kind=group.kind,
            brand=group.brand,
            latin=self.brands[group.brand].latin,
            name=name,
            docking=group.docking,
            firmware=group.firmware,
            abilities=tuple(group.abilities),
            face_mode=group.face_mode,
            protocol=group.protocol,
            functions=tuple(group.functions),
            drivers=tuple(group.drivers) or _drivers(group, preset),
            listed=not group.guide,
            port=preset.port if preset else None,
            video_port=preset.video_port if preset and "intercom" in group.abilities else None,
            algorithm_port=preset.algorithm_port if preset and device_side else None,
        )

    def _docked(self, group: _Group) -> Preset | None:
        """The brand's preset that a group falls under: of its way of docking, else the only one."""
        if group.kind != "people" or group.drivers:
            return None
        own = [
            preset for preset in self.presets if preset.brand == group.brand and preset.driver in EDGE_PORTS
        ]
        wanted = DOOR_SYSTEM if group.docking == "system" else DOOR_DEVICE
        fitting = [preset for preset in own if preset.driver == wanted]
        if not fitting and group.brand != "立方":  # its list has devices of its own beside the server's
            fitting = own
        return fitting[0] if fitting else None

    def brand(self, name: str) -> str | None:
        """The catalogue's name of a brand that a guide may call shorter."""
        return self._names.get(name)

    def model(self, brand: str, name: str) -> Model | None:
        """A door model of 9.1, also where only a guide names it."""
        return self._by_name.get((self.brand(brand) or "", name))

    def preset(self, brand: str, driver: str) -> Preset | None:
        named = self.brand(brand)
        return next(
            (preset for preset in self.presets if preset.brand == named and preset.driver == driver), None
        )

    def search(
        self, words: str = "", *, kind: str = "", driver: str = "", brand: str = "", any_case: bool = False
    ) -> list[Model]:
        """Models whose brand or name has every word. Latin words of brands match in any case.

        Model names count with their case as the source's own screen has it (spec C 8.6, G11), unless `any_case`.
        """
        wanted = words.split()
        return [
            model
            for model in self.models
            if (not kind or model.kind == kind)
            and (not driver or driver in model.drivers)
            and (not brand or model.brand == brand)
            and all(self._says(model, word, any_case) for word in wanted)
        ]

    def _says(self, model: Model, word: str, any_case: bool) -> bool:
        brand = self.brands[model.brand]
        if word in model.name or word in brand.name or any(word in alias for alias in brand.also):
            return True
        folded = word.casefold()
        plain = brand.latin.casefold()
        if len(word) > 1 and any(
            part.startswith(folded) for part in (*plain.split(), plain.replace(" ", ""))
        ):
            return True
        return any_case and folded in model.name.casefold()


def _drivers(group: _Group, preset: Preset | None) -> tuple[str, ...]:
    if group.kind != "people":
        return ()
    if group.docking == "system":
        return (DOOR_SYSTEM,)
    through = (preset.driver,) if preset else (DOOR_DEVICE,)
    return (DOOR_TERMINAL, *through)


@functools.cache
def library() -> Library:
    """The catalogue of this version. Raises msgspec.ValidationError, ValueError when the file is not well formed."""
    text = resources.files(__package__).joinpath("vendors.json").read_bytes()
    return Library(msgspec.json.decode(text, type=_Data))


def preset_values(preset: Preset) -> dict[str, Any]:
    """A preset by its wire names."""
    return dict(msgspec.to_builtins(preset))
