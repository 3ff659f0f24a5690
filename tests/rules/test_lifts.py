"""Whom a linkage serves, and what it asks of the lift."""

from typing import NamedTuple

from linli.rules.lifts import Stop, counts, orders, target_of


class Row(NamedTuple):
    name: str
    expires_ms: int = 0


def test_a_person_goes_before_a_credential_and_time_ends_both() -> None:
    persons, marks = {"p": Row("person", 100), "": Row("nobody")}, {"m": Row("card"), "": Row("nothing")}

    def chosen(person: str, mark: str, now_ms: int) -> Row | None:
        return target_of(persons, marks, person, mark, lambda row: counts(row.expires_ms, now_ms))

    assert chosen("p", "m", 99) == Row("person", 100)
    assert chosen("p", "m", 100) == Row("card")
    assert chosen("p", "x", 100) is None
    assert chosen("", "", 0) is None


def test_each_mode_asks_its_own() -> None:
    stops = [Stop("10", "01"), Stop("12")]
    floors = [{"floor": "10", "room": "01"}, {"floor": "12"}]
    call = {"StartFloor": "1"}
    assert orders("CALL_ONLY", "", Stop("1"), stops) == [("CloudCallElevator", call)]
    assert orders("CALL_WITH_TARGET", "", Stop("1"), stops[:1]) == [
        ("CloudCallElevator", {**call, "TargetFloor": "10", "TargetRoomNumber": "01"})
    ]
    assert orders("CALL_WITH_TARGET", "X", Stop("1", "02"), stops) == [
        ("CloudCallElevator", {**call, "ElevatorID": "X", "StartRoomNumber": "02"}),
        ("releaseFloors", {"elevatorId": "X", "floorRoomList": floors}),
    ]
    assert orders("RELEASE_ONLY", "X", Stop(""), stops) == [
        ("releaseFloors", {"elevatorId": "X", "floorRoomList": floors})
    ]
    assert orders("ACTIVATE_ONLY", "X", Stop(""), stops[:1]) == [
        ("activateFloor", {"elevatorId": "X", "floorRoomList": floors[:1]})
    ]
