"""What boxes and lifts say of calls is read in the reader's language; a lift's own words stay as they are."""

import pytest

from linli.domains.boxes.passage.words import in_words
from linli.edge.framework import DeviceOffline
from linli.edge.runtime.lift_states import words
from linli.kernel.errors import TimedOut
from linli.rules.lift_states import STATES, Choice, code_of
from linli.things import errors as things

OURS = {
    str(DeviceOffline(device="lift.gateway")): "offline",
    str(TimedOut()): "no_answer",
    str(things.DeviceOffline(id="x1")): "offline",
    str(things.DeviceSilent(id="x1", seconds=14)): "no_answer",
    "the right ended before the lift was called": "ended",
    "the lift keeps this rule itself and did not tell of it": "not_told",
    "the box was down, and it is too late to call the lift": "late",
    "the box went down while it called the lift; it does not call again": "unsure",
    "called; no floors are known of this person": "no_floors",
    "called; the box stopped before the car was seen to come": "not_seen",
    "the car took the call and did not come to 1; it says 7": "not_come",
    "the car says that it stands at 1, and nobody saw it": "lies",
    "too many calls wait for this lift": "busy",
    "no floor to send it to is known": "no_home",
}


@pytest.mark.parametrize(("said", "cause"), OURS.items())
def test_each_of_our_reasons_is_told_in_both_languages(said: str, cause: str) -> None:
    chinese, english = in_words(said, "zh-CN"), in_words(said, "en")
    assert (chinese.cause, english.cause) == (cause, cause)
    assert any("一" <= sign <= "鿿" for sign in chinese.words), chinese
    assert english.words.isascii()


@pytest.mark.parametrize("state", [state for state in STATES if state != "normal"])
def test_a_car_that_does_not_run_is_named_by_its_state(state: str) -> None:
    said = in_words(words(Choice("", state)), "zh-CN", code=code_of(state))  # type: ignore[arg-type]
    assert said.cause == "not_called"
    assert said.words.startswith("未呼梯：")
    assert "lift_state" not in said.words


def test_a_lifts_own_words_stay() -> None:
    assert in_words("电梯检修，禁止呼叫", "en") == ("电梯检修，禁止呼叫", "")
    assert in_words("success", "zh-CN") == ("", "")
