"""What box and platform send each other has two ends, and every setting is read."""

from pathlib import Path

from code_tree import Package
from code_types import Code, read_code
from wire_checks import WITHOUT_END, wire_problems

ROOT = Path(__file__).resolve().parents[2]

LINK = """
import msgspec

class Door(msgspec.Struct):
    name: str
    ip: str = ""
    colour: str = ""

class Deployment(msgspec.Struct):
    generation: int
    doors: list[Door] = []
    uplink: int = 0

class Report(msgspec.Struct):
    state: str
    percent: int = 0
"""
PLATFORM = """
from linli.protocols.edge_link import Deployment, Door, Report
from linli.kernel.settings import Settings

def wanted() -> Deployment:
    return Deployment(7, doors=[Door(name="a", ip="b", colour="red")])

def take(report: Report, settings: Settings) -> str:
    return report.state + settings.host
"""
BOX = """
import msgspec
from linli.protocols.edge_link import Deployment, Door, Report

def run(deployment: Deployment) -> Report:
    for door in deployment.doors:
        print(door.name, door.ip)
    other = msgspec.json.decode(b"", type=Deployment)
    print(other.generation, deployment.uplink)
    return Report(state="done", percent=3)
"""
SETTINGS = """
import msgspec

class Settings(msgspec.Struct):
    host: str = ""
    port: int = 0
"""


def test_every_field_has_two_ends() -> None:
    assert list(wire_problems(read_code(ROOT / "src" / "linli"))) == []


def test_every_exception_is_still_there() -> None:
    code = read_code(ROOT / "src" / "linli")
    structs = {name.rpartition(".")[2]: entry for name, entry in code.classes.items()}
    fields = {f"{name}.{field}" for name, entry in structs.items() for field in entry.fields}
    assert WITHOUT_END.keys() - fields - structs.keys() == set()


def test_a_field_with_one_end_is_named(tmp_path: Path) -> None:
    package = tmp_path / "linli"
    for path, source in {
        "protocols/edge_link.py": LINK,
        "boxes.py": PLATFORM,
        "edge/box.py": BOX,
        "kernel/settings.py": SETTINGS,
    }.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(source)
    assert list(wire_problems(Code(Package(package)))) == [
        "edge_link.py: Door.colour: nothing reads it",
        "edge_link.py: Deployment.uplink: nothing gives it",
        "edge_link.py: Report.percent: nothing reads it",
        "linli.kernel.settings: Settings.port: nothing reads it",
    ]
