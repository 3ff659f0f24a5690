"""Somebody with a PIN of their own stands at keypads for a month and guesses those of 1,000 residents."""

import random
from pathlib import Path

from linli.protocols.door_permissions import Entry, PasswordPermission, PermissionFile
from linli.rules.pins import FORGIVEN_MS, digits_needed, pin_problem
from linli.sim.door import PinSpace, SimulatedDoor
from linli.sim.link import Triple

RESIDENTS = 1000
MONTH_MS = 30 * 86_400_000
START = 1_700_000_000_000
OWN = "27182818"


class Site:
    """Doors that take the same PINs, kept in clear so that a month takes a second, and one clock."""

    def __init__(self, doors: int, digits: int, state: Path | None = None) -> None:
        self.now = START
        self.state = state
        made, noise = {OWN}, random.Random(7)
        while len(made) < RESIDENTS + 1:
            pin = f"{noise.randrange(10**digits):0{digits}}"
            made |= set() if pin_problem(pin) else {pin}
        self.rights = PermissionFile(
            passwords=tuple(Entry.put(PasswordPermission(pin, 0, 2**52)) for pin in sorted(made))
        )
        self.space = PinSpace()
        self.doors = [self.door(number) for number in range(doors)]

    def door(self, number: int) -> SimulatedDoor:
        door = SimulatedDoor(
            Triple("pk", f"door{number}", "s"), "127.0.0.1", 1, now_ms=lambda: self.now, state=self.state
        )
        door.permissions.apply(self.rights)
        door.pin_space = self.space
        return door


def a_month(site: Site, digits: int, seed: int = 1) -> tuple[int, int]:
    """(guesses, hits): at whichever door takes one, the own PIN after every fourth, for 30 days."""
    noise, guesses, hits = random.Random(seed), 0, 0
    while site.now < START + MONTH_MS:
        tried = False
        for door in site.doors:
            if guesses % 4 == 0:
                door.press(OWN)
            found = door.press(f"{noise.randrange(10**digits):0{digits}}")
            if found is not None:
                tried = True
                guesses += 1
                hits += found.opens
            door.link.pending().clear()
        site.now += 5_000 if tried else 60_000
    return guesses, hits


def test_a_month_at_one_door_is_worth_less_than_a_fiftieth_of_a_hit() -> None:
    digits = digits_needed(RESIDENTS)
    guesses, hits = a_month(Site(1, digits), digits)
    assert guesses <= MONTH_MS // FORGIVEN_MS + 12
    assert guesses * RESIDENTS / 10**digits < 0.02
    assert hits == 0


def test_ten_doors_of_one_controller_are_worth_no_more() -> None:
    digits = digits_needed(RESIDENTS)
    guesses, hits = a_month(Site(10, digits), digits)
    assert guesses <= MONTH_MS // FORGIVEN_MS + 27
    assert guesses * RESIDENTS / 10**digits < 0.02
    assert hits == 0


def test_short_pins_of_before_fall_seldom_too() -> None:
    """Six digits among 1,000: some one and a half a month are expected, where it was thousands."""
    guesses, hits = a_month(Site(1, 6), 6)
    assert guesses * RESIDENTS / 10**6 < 1.5
    assert hits <= 6


def test_cutting_the_power_forgives_nothing(tmp_path: Path) -> None:
    site = Site(1, 8, state=tmp_path / "door.json")
    (door,) = site.doors
    for _ in range(5):
        assert door.press("31415926") is not None
    again = site.door(0)
    assert again.press(OWN) is None
    site.now += 61_000
    found = again.press(OWN)
    assert found is not None
    assert found.opens
