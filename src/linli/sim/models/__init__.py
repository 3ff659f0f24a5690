"""Thing models (TSL) of the simulated devices, as an installer would import them."""

from importlib import resources

NAMES = ("smart_door", "face_door", "lift", "meter")


def tsl(name: str) -> str:
    """The model's JSON document. Raises FileNotFoundError for a name that is not in NAMES."""
    return resources.files(__name__).joinpath(f"{name}.json").read_text("utf-8")
