"""What the cloud knows of the box's own drivers is what the box has."""

import json
from pathlib import Path

import linli.edge.drivers as drivers
from linli.domains.boxes.queries.drivers import built_in, version_order


def test_drivers_that_the_box_brings_are_known_with_their_versions() -> None:
    folder = Path(next(iter(drivers.__path__)))
    found = {}
    for file in folder.glob("*/manifest.json"):
        said = json.loads(file.read_text("utf-8"))
        found[said["id"]] = (said["name"], said["protocol"], [said["version"]], said["listens"])
    known = {
        one.driver_id: (one.name, one.protocol, one.versions, one.listens) for one in built_in().values()
    }
    assert known == found


def test_versions_are_ordered_by_number() -> None:
    said = ["1.9.0", "v1.10.0", "2.0", "1.10.0.1", "x"]
    assert sorted(said, key=version_order) == ["x", "1.9.0", "v1.10.0", "1.10.0.1", "2.0"]
