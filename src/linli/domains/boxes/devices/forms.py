"""The fields of a protocol's form for a device, and the values that the box gets. Pure. Spec C 8.4-8.8, G 4.0, H 3.7.

Forms A and B create one logical device for each function of a machine, form C one for the whole machine. All faults of
a form are reported at once, each with its field.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from linli.domains.boxes.catalogue.library import (
    DOOR_DEVICE,
    DOOR_SYSTEM,
    DOOR_TERMINAL,
    EDGE_PORTS,
    Model,
    library,
)
from linli.domains.boxes.schema_check import Fault, faults_of
from linli.kernel import input_errors
from linli.protocols.driver_forms import DriverConfig, form_of
from linli.protocols.driver_forms.base import hidden_in
from linli.protocols.driver_forms.doors import (
    ACCESS_TYPES,
    SIMILARITY,
    DoorDevice,
    DoorSystemDevice,
    TerminalForm,
)
from linli.protocols.driver_forms.lane_cameras import DAHUA_ITSAPI, HIKVISION_ISAPI, PLATE_PUSH
from linli.protocols.driver_forms.modbus_lift import PROTOCOL as MODBUS_LIFT
from linli.protocols.driver_forms.modbus_lift import ModbusLiftForm
from linli.protocols.driver_forms.modbus_map import faults_of_map
from linli.protocols.driver_forms.vendors import VENDOR_FORMS

PEOPLE: Final = "community/people/"
ALL_IN_ONE: Final = f"{PEOPLE}aio"
CARD: Final = f"{PEOPLE}card"
LIFT_CONTROLLER: Final = f"{PEOPLE}elc"
LANE_CAMERA: Final = "community/car/lprc"
_PERIMETER: Final = "community/security/perimeter"
_CATEGORIES: Final = {
    "jieshun_RX": CARD,
    "jieshun_parking": CARD,
    MODBUS_LIFT: LIFT_CONTROLLER,
    PLATE_PUSH: LANE_CAMERA,
    DAHUA_ITSAPI: LANE_CAMERA,
    HIKVISION_ISAPI: LANE_CAMERA,
    "GatoAlarmHostDriver": _PERIMETER,
    "HornAlarmHostDriver": _PERIMETER,
    "JhlAlarmHostDriver": _PERIMETER,
}
"""Of drivers with a JSON form; others have it chosen by hand."""
_FACE_ONLY: Final = (
    "faceSimilarity",
    "faceCompareMode",
    "isCheck",
    "maxThreshold",
    "minThreshold",
    "algorithmProvider",
    "algorithmIp",
    "algorithmPort",
)
_ALGORITHM: Final = ("algorithmProvider", "algorithmIp", "algorithmPort")
_LIMITS: Final = ("maxThreshold", "minThreshold")


class Checked(NamedTuple):
    """A form as it was read: its values, and its faults. With faults nothing may be kept."""

    custom: dict[str, Any]
    faults: list[Fault]
    warnings: list[Fault]


class Shape(NamedTuple):
    """How a protocol's devices are described."""

    form: str
    """A, B, C, or json for the free editor."""
    schema: dict[str, Any] | None
    """None: the driver publishes none; anything goes that is an object."""
    categories: tuple[str, ...]
    """Empty: any."""
    has_map: bool = False
    """A lift's register map, with rules across its fields."""

    @property
    def hidden(self) -> frozenset[str]:
        """Fields that never travel to a browser."""
        return hidden_in(self.schema or {})


_OFFICIAL: Final[dict[str, tuple[str, type[DriverConfig]]]] = {
    DOOR_DEVICE: ("A", DoorDevice),
    DOOR_SYSTEM: ("B", DoorSystemDevice),
    DOOR_TERMINAL: ("C", TerminalForm),
}


def shape_of(driver_id: str, protocol: str, published: Mapping[str, Any] | None = None) -> Shape:
    """The form of a protocol. `published`: the schema that a driver of others brings with its package."""
    if driver_id in _OFFICIAL:
        form, kind = _OFFICIAL[driver_id]
        categories = (
            (ALL_IN_ONE,) if form == "C" else tuple(f"{PEOPLE}{access_type}" for access_type in ACCESS_TYPES)
        )
        return Shape(form, form_of(kind, lambda _: None), categories)
    if published:
        return Shape("json", dict(published), ())
    vendor = VENDOR_FORMS.get(protocol)
    schema = form_of(vendor, lambda _: None) if vendor else None
    category = _CATEGORIES.get(protocol)
    return Shape("json", schema, (category,) if category else (), has_map=protocol == MODBUS_LIFT)


def category_of(shape: Shape, custom: Mapping[str, Any], chosen: str = "") -> str:
    """The thing-model category (功能定义) of a device; `chosen` where the form leaves it open."""
    if shape.form == "C":
        return ALL_IN_ONE
    if shape.form in ("A", "B"):
        return f"{PEOPLE}{custom.get('accessType', '')}"
    return shape.categories[0] if shape.categories else chosen


def check(shape: Shape, name: str, custom: Mapping[str, Any], category: str = "") -> Checked:
    """Read a filled form."""
    if shape.form == "C":
        return _check_terminal(shape, custom)
    if shape.form in ("A", "B"):
        return _check_logical(shape, name, custom, category)
    if shape.has_map:
        return Checked(dict(custom), _map_faults(custom), [])
    faults = faults_of(shape.schema, dict(custom)) if shape.schema else []
    if not faults and (vendor := _vendor_fault(shape, custom)) is not None:
        faults = [vendor]
    return Checked(dict(custom), faults, [])


def _map_faults(custom: Mapping[str, Any]) -> list[Fault]:
    """Of a lift's register map, which has more values than a schema of others may look at."""
    try:
        form = msgspec.convert(dict(custom), ModbusLiftForm)
    except msgspec.ValidationError as error:
        bad = input_errors.refusal(error, whole="")
        facts = {name: fact for name, fact in bad.facts.items() if name not in ("field", "rule")}
        return [Fault(bad.field or "", str(bad.facts["rule"]), facts)]
    faults = [Fault(fault.field, f"edge.{fault.rule}", fault.facts) for fault in faults_of_map(form)]
    return _addresses({"ip": form.ip}) + faults


def _vendor_fault(shape: Shape, custom: Mapping[str, Any]) -> Fault | None:
    address = custom.get("devIp")
    if isinstance(address, str) and shape.schema and "devIp" in shape.schema.get("properties", {}):
        wrong = faults_of({"type": "string", "format": "ipv4"}, address)
        return wrong[0]._replace(path="devIp") if wrong else None
    return None


# Forms A and B


def _check_logical(shape: Shape, name: str, custom: Mapping[str, Any], category: str) -> Checked:
    withouts = {key: value for key, value in custom.items() if value not in (None, "")}
    access_type = withouts.get("accessType")
    if access_type == "face":
        withouts.setdefault("faceSimilarity", SIMILARITY)
        withouts.setdefault("faceCompareMode", "edge")
        withouts.setdefault("isCheck", 0)
        if withouts["faceCompareMode"] != "device":
            withouts = _without(withouts, _ALGORITHM)
        else:
            withouts["algorithmProvider"] = "other"  # the guides: filled by the back end
        if not withouts["isCheck"]:
            withouts = _without(withouts, _LIMITS)
    else:
        withouts = _without(withouts, _FACE_ONLY)
    faults = faults_of(shape.schema or {}, withouts) + _addresses(withouts)
    if access_type == "face":
        faults += _algorithm_missing(withouts, withouts["faceCompareMode"] == "device")
        faults += _temperatures(withouts)
    if category and access_type in ACCESS_TYPES and category != f"{PEOPLE}{access_type}":
        faults.append(Fault("category", "edge.type_category", {"accessType": access_type}))
    if (other := _named_for(name)) is not None and access_type in ACCESS_TYPES and other != access_type:
        expected = ACCESS_TYPES.index(access_type) + 1
        faults.append(Fault("deviceName", "edge.suffix", {"suffix": name[-2:], "expected": f".{expected}"}))
    return Checked(withouts, faults, _warnings(shape, withouts))


def _named_for(name: str) -> str | None:
    """The meaning of the suffix .1 to .5 of a DeviceName under the official protocols."""
    if len(name) > 2 and name[-2] == "." and name[-1] in "12345":
        return ACCESS_TYPES[int(name[-1]) - 1]
    return None


def _warnings(shape: Shape, values: Mapping[str, Any]) -> list[Fault]:
    driver = DOOR_SYSTEM if shape.form == "B" else DOOR_DEVICE
    preset = library().preset(str(values.get("brand", "")), driver)
    faults = []
    access_type = values.get("accessType")
    if preset is not None:
        if access_type in ACCESS_TYPES and access_type not in preset.types:
            faults.append(Fault("accessType", "edge.type_of_brand", {"brand": preset.brand}))
        if access_type in preset.dummy:
            faults.append(Fault("port", "edge.no_remote_open", {}))
    if values.get("port") == 0:
        faults.append(Fault("port", "edge.no_remote_open", {}))
    return faults


# Form C


def _check_terminal(shape: Shape, custom: Mapping[str, Any]) -> Checked:
    fittings = {key: value for key, value in custom.items() if value not in (None, "")}
    model = library().model(str(fittings.get("brand", "")), str(fittings.get("model", "")))
    if model is not None:
        fittings = _fitting(fittings, model)
    faults = faults_of(shape.schema or {}, fittings) + _addresses(fittings)
    if fittings.get("brand") and fittings.get("model"):
        faults += _model_faults(fittings, model)
    return Checked(fittings, faults, _terminal_warnings(model, fittings) if model else [])


def _fitting(withouts: dict[str, Any], model: Model) -> dict[str, Any]:
    """Without what the model does not have; the brand by its name in the catalogue."""
    withouts = {**withouts, "brand": model.brand}
    if model.face_mode is None:
        withouts = _without(withouts, ("faceSimilarity",))
    if model.face_mode != "device":
        withouts = _without(withouts, ("algorithmIp", "algorithmPort"))
    if "face_temperature" not in model.abilities:
        withouts = _without(withouts, ("isCheck", *_LIMITS))
    elif not withouts.get("isCheck"):
        withouts = _without(withouts, _LIMITS)
    if not model.has_lift:
        withouts = _without(withouts, ("elevatorConnected",))
    if model.port is not None:
        withouts = _without(withouts, ("port",))
    if model.video_port is not None or "intercom" not in model.abilities:
        withouts = _without(withouts, ("videoPort",))
    return withouts


def _model_faults(values: dict[str, Any], model: Model | None) -> list[Fault]:
    if model is None:
        brand = library().brand(str(values["brand"]))
        field = "model" if brand else "brand"
        return [Fault(field, f"edge.{field}_unknown", {"brand": values["brand"]})]
    if DOOR_TERMINAL not in model.drivers:
        return [Fault("model", "edge.model_other_protocol", {"model": model.name})]
    faults = []
    if model.face_mode is not None and "faceSimilarity" not in values:
        faults.append(Fault("faceSimilarity", "required", {}))
    faults += _algorithm_missing(values, model.face_mode == "device")
    if "face_temperature" in model.abilities:
        if "isCheck" not in values:
            faults.append(Fault("isCheck", "required", {}))
        faults += _temperatures(values)
    if model.has_lift and "elevatorConnected" not in values:
        faults.append(Fault("elevatorConnected", "required", {}))
    return faults


def _terminal_warnings(model: Model, values: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if model.port is None and "port" not in values:
        faults.append(Fault("port", "edge.port_unknown", {}))
    preset = library().preset(model.brand, DOOR_DEVICE)
    if preset is not None and preset.dummy and set(model.access_types) <= set(preset.dummy):
        faults.append(Fault("port", "edge.no_remote_open", {}))
    return faults


# What forms share


def _addresses(values: Mapping[str, Any]) -> list[Fault]:
    """IPv4 where the schema says only text."""
    return [
        Fault(field, "format", {"example": "192.168.1.110"})
        for field in ("ip", "algorithmIp")
        if isinstance(values.get(field), str)
        and len(values[field]) <= 15
        and faults_of({"format": "ipv4"}, values[field])
    ]


def _algorithm_missing(values: Mapping[str, Any], needed: bool) -> list[Fault]:
    if not needed:
        return []
    return [Fault(field, "required", {}) for field in ("algorithmIp", "algorithmPort") if field not in values]


def _temperatures(values: Mapping[str, Any]) -> list[Fault]:
    if values.get("isCheck") != 1:
        return []
    faults = [Fault(field, "required", {}) for field in _LIMITS if field not in values]
    if faults:
        return faults
    try:
        crossed = float(values["minThreshold"]) >= float(values["maxThreshold"])
    except (TypeError, ValueError):
        return []  # told by the schema
    return [Fault("minThreshold", "edge.limits_crossed", {})] if crossed else []


def _without(values: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in fields}


def edge_port(driver_id: str) -> int | None:
    """TCP port of the box that the devices, or their server, come to."""
    return EDGE_PORTS.get(driver_id)
