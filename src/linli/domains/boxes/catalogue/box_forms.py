"""The catalogue's additions to a form on its way to the box. Pure. Spec C 8.6, 9."""

from collections.abc import Mapping
from typing import Any

from linli.domains.boxes.catalogue.library import DOOR_TERMINAL, library


def for_box(driver_id: str, custom: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration as the driver takes it: a machine of form C with what the catalogue knows of its model."""
    if driver_id != DOOR_TERMINAL:
        return dict(custom)
    model = library().model(str(custom.get("brand", "")), str(custom.get("model", "")))
    if model is None:
        return dict(custom)
    abilities: list[str] = list(model.access_types) + (["elevator"] if model.has_lift else [])
    form: dict[str, Any] = {
        **custom,
        "port": custom.get("port", model.port or 0),
        "abilities": abilities,
        "faceCompareMode": model.face_mode or "edge",
    }
    if (video := custom.get("videoPort", model.video_port)) is not None:
        form["videoPort"] = video
    if model.face_mode == "device":
        form["algorithmProvider"] = "other"
    return form


def capability_tag(custom: Mapping[str, Any]) -> list[str]:
    """The tag Capability of a machine of form C (spec C 9), in the catalogue's words."""
    model = library().model(str(custom.get("brand", "")), str(custom.get("model", "")))
    return list(model.abilities) if model else []
