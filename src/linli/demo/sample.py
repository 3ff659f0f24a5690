"""The sample community as plain data, always the same: 3 buildings, 300 houses, 500 residents, 30 devices."""

import random
from typing import Final, NamedTuple

from linli.demo import names
from linli.domains.people.person_rules import OWNER, RELATIVE
from linli.domains.people.person_rules import TENANT as LODGER

SEED: Final = 20_260_105
TENANT: Final = "桂花物业"
PROJECT: Final = "掌上桂花"
COMMUNITY: Final = "桂花园"
APPLICANT: Final = "银杏里"
"""A second community. Its application waits for the operator's review."""
POID, APPLICANT_POID = "LDEMO00001", "LDEMO00002"
BUILDINGS: Final = ("01", "02", "03")
UNITS: Final = ("01", "02")
FLOORS: Final = 25
PER_FLOOR: Final = 2
RESIDENTS: Final = 500
OCCUPIED: Final = 252
MOST_IN_HOUSE: Final = 5

HOME, LET, EMPTY = 1, 2, 3
"""`house_status`."""

type Place = tuple[str, str, str]
"""Building, unit, house."""


class House(NamedTuple):
    place: Place
    layout: str
    area_m2: float
    status: int


class Resident(NamedTuple):
    place: Place
    name: str
    relation: int
    """MEMBER_TYPE."""
    sex: int
    age: int
    phone: str
    """Empty for children."""


class Door(NamedTuple):
    device_name: str
    sn: str
    name: str
    direction: str
    role: str
    """`unit`, `in`, `out`, `garage` or `club`: who may pass, and when people do."""
    unit: tuple[str, str] | None = None


class Plant(NamedTuple):
    """A lift or a meter."""

    device_name: str
    name: str


class CameraSpot(NamedTuple):
    """A camera and what the property knows of it."""

    device_name: str
    name: str
    group: str
    address: str
    direction: int
    """`camera_rules.DIRECTIONS`."""
    position: tuple[float, float]
    """Longitude and latitude, GCJ-02."""
    building: str = ""
    status: int = 1


class Sample(NamedTuple):
    houses: list[House]
    residents: list[Resident]


def doors() -> list[Door]:
    """Twelve doors: one for each unit, four at the gates, the garage and the club house."""
    units = [
        Door(
            f"unit-{b}-{u}",
            f"GH{b}{u}0001",
            f"{int(b)}幢{int(u)}单元门",
            "ENTRANCE",
            "unit",
            (b, u),
        )
        for b in BUILDINGS
        for u in UNITS
    ]
    return [
        *units,
        Door("gate-south-in", "GH90010001", "南门入口", "ENTRANCE", "in"),
        Door("gate-south-out", "GH90010002", "南门出口", "EXIT", "out"),
        Door("gate-north-in", "GH90020001", "北门入口", "ENTRANCE", "in"),
        Door("gate-north-out", "GH90020002", "北门出口", "EXIT", "out"),
        Door("garage-walk", "GH90030001", "地下车库人行门", "ENTRANCE", "garage"),
        Door("club-house", "GH90040001", "社区会所", "ENTRANCE", "club"),
    ]


def lifts() -> list[Plant]:
    return [Plant(f"lift-{b}", f"{int(b)}幢电梯") for b in BUILDINGS]


def building_of(lift: str) -> str:
    """The building of a lift, by its device name."""
    return lift.removeprefix("lift-")


def meters() -> list[Plant]:
    """Electricity of the shared parts of each unit."""
    return [Plant(f"meter-{b}-{u}", f"{int(b)}幢{int(u)}单元公区电表") for b in BUILDINGS for u in UNITS]


def cameras() -> list[CameraSpot]:
    """Nine cameras; of the last nothing is known yet, as where one was put up last week."""
    return [
        CameraSpot("cam-gate-south", "南门全景", "出入口", "南门岗亭立杆", 2, (120.1012, 30.2741)),
        CameraSpot("cam-gate-north", "北门全景", "出入口", "北门岗亭立杆", 4, (120.1015, 30.2768)),
        CameraSpot("cam-garage-in", "车库入口", "车库", "地下车库坡道口", 6, (120.1006, 30.2749)),
        CameraSpot("cam-garage-b1", "车库 B1 通道", "车库", "B1 层 12 号柱", 9, (120.1009, 30.2753)),
        *(
            CameraSpot(
                f"cam-lobby-{b}",
                f"{int(b)}幢大堂",
                "楼栋大堂",
                f"{int(b)}幢一层大堂",
                5,
                (120.1008 + 0.0004 * at, 30.2751 + 0.0006 * at),
                b,
            )
            for at, b in enumerate(BUILDINGS)
        ),
        CameraSpot("cam-garden", "中心花园", "公共区域", "花园凉亭", 9, (120.1018, 30.2756), status=2),
    ]


NEW_CAMERA: Final = Plant("cam-playground", "儿童乐园")
"""Bound to the community, and nobody has said yet where it hangs."""


def make(seed: int = SEED) -> Sample:
    rng = random.Random(seed)
    places = [
        (b, u, f"{floor:02}{door:02}")
        for b in BUILDINGS
        for u in UNITS
        for floor in range(1, FLOORS + 1)
        for door in range(1, PER_FLOOR + 1)
    ]
    sizes = dict.fromkeys(rng.sample(places, OCCUPIED), 1)
    for _ in range(RESIDENTS - OCCUPIED):
        grows = rng.choice([place for place, size in sizes.items() if size < MOST_IN_HOUSE])
        sizes[grows] += 1
    houses, residents = [], []
    phones = iter(range(1, RESIDENTS + 1))
    for place in places:
        layout, area = _SHAPES[int(place[2][-1]) % 2][rng.randrange(2)]
        status = EMPTY if place not in sizes else LET if rng.random() < 0.22 else HOME
        houses.append(House(place, layout, area, status))
        for name, relation, sex, age in _household(rng, sizes.get(place, 0), let=status == LET):
            number = names.phone(next(phones)) if age >= _PHONE_AGE else ""
            residents.append(Resident(place, name, relation, sex, age, number))
    return Sample(houses, residents)


_PHONE_AGE: Final = 13
_SHAPES: Final = (
    (("3/2/1", 98.5), ("3/2/2", 118.0)),
    (("2/2/1", 82.3), ("4/2/2", 139.6)),
)


def _household(rng: random.Random, size: int, *, let: bool) -> list[tuple[str, int, int, int]]:
    """(name, relation, sex, age) of those who live in one house."""
    if size == 0:
        return []
    sex = rng.choice((names.MALE, names.FEMALE))
    if let:
        return [
            (names.full_name(rng, sex), LODGER, sex, rng.randint(21, 38))
            for sex in (rng.choice((names.MALE, names.FEMALE)) for _ in range(size))
        ]
    age = rng.randint(28, 47) if rng.random() < 0.75 else rng.randint(52, 74)
    family = names.surname(rng)
    people = [(family + names.given(rng, sex), OWNER, sex, age)]
    if size > 1:
        other = names.MALE + names.FEMALE - sex
        people.append((names.full_name(rng, other), RELATIVE, other, max(23, age + rng.randint(-4, 4))))
    while len(people) < size:
        child = rng.choice((names.MALE, names.FEMALE))
        if len(people) < 4:
            people.append(
                (family + names.given(rng, child), RELATIVE, child, max(1, age - rng.randint(24, 34)))
            )
        else:
            people.append((names.full_name(rng, child), RELATIVE, child, min(age + rng.randint(22, 28), 90)))
    unique: dict[str, tuple[str, int, int, int]] = {}
    for person in people:
        unique.setdefault(person[0], person)
    while len(unique) < size:  # a namesake in one house would be taken for the same person
        name = family + names.given(rng, names.MALE)
        unique.setdefault(name, (name, RELATIVE, names.MALE, max(1, age - rng.randint(24, 34))))
    return list(unique.values())
