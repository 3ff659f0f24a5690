"""Transitions of a desired row, one by one and under random histories with crashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.sync import (
    ABSENT,
    UNKNOWN,
    Backoff,
    Item,
    Outcome,
    Result,
    State,
    new_item,
    report,
    resend,
    retry,
    settle,
    start,
    wake,
    want,
    wire_status,
)
from linli.sync.states import states_of

DONE = Outcome(Result.DONE)
OFFLINE = Outcome(Result.OFFLINE, "delivery.offline")
TIMED_OUT = Outcome(Result.TIMED_OUT, "delivery.timed_out")
REFUSED = Outcome(Result.REFUSED, "delivery.refused", "code 500")
BACKOFF = Backoff()


def wanted(content: str = "h1") -> Item:
    return want(new_item("door", "door.qr", "A"), content, now_ms=100)


def send(item: Item, outcome: Outcome, *, now_ms: int = 200) -> Item:
    sent = start(item, lease_until_ms=now_ms + 60_000)
    return settle(sent, outcome, sent=sent, backoff=BACKOFF, now_ms=now_ms)


def test_a_right_goes_out_and_holds() -> None:
    item = wanted()
    assert (item.state, item.next_try_ms, item.generation) == (State.WAITING, 100, 1)
    sent = start(item, lease_until_ms=60_000)
    assert (sent.state, sent.next_try_ms) == (State.SENDING, 60_000)
    held = settle(sent, DONE, sent=sent, backoff=BACKOFF, now_ms=300)
    assert (held.state, held.reported, held.next_try_ms) == (State.HELD, "h1", None)


def test_the_same_wish_changes_nothing() -> None:
    item = send(wanted(), DONE)
    assert want(item, "h1", now_ms=900) is item


def test_taking_back_what_was_never_sent_needs_no_device() -> None:
    item = want(wanted(), ABSENT, now_ms=200)
    assert (item.state, item.next_try_ms) == (State.REMOVED, None)


def test_a_delete_is_kept_until_the_device_confirms() -> None:
    item = want(send(wanted(), DONE), ABSENT, now_ms=300)
    assert (item.state, item.deleting) == (State.WAITING, True)
    assert send(item, DONE).state is State.REMOVED


def test_an_offline_device_uses_up_no_try_and_is_waited_for() -> None:
    item = wanted()
    for _ in range(50):
        item = send(item, OFFLINE)
    assert (item.state, item.failures, item.reason) == (State.OFFLINE, 0, "delivery.offline")
    assert item.next_try_ms == 200 + BACKOFF.offline_ms
    assert wake(item, now_ms=900).next_try_ms == 900


def test_after_three_retries_a_person_is_needed_and_may_try_again() -> None:
    item, waits = wanted(), []
    for _ in range(4):
        item = send(item, REFUSED)
        waits.append(item.next_try_ms and item.next_try_ms - 200)
    assert waits == [10_000, 60_000, 360_000, None]
    assert (item.state, item.reason, item.detail) == (State.NEEDS_PERSON, "delivery.refused", "code 500")
    assert wake(item, now_ms=5) is item
    again = retry(item, now_ms=5)
    assert (again.state, again.failures, again.next_try_ms) == (State.WAITING, 0, 5)


def test_after_a_time_out_nobody_knows_what_the_device_holds() -> None:
    item = send(wanted(), TIMED_OUT)
    assert (item.state, item.reported) == (State.TIMED_OUT, UNKNOWN)
    assert want(item, ABSENT, now_ms=300).state is State.WAITING


@pytest.mark.parametrize("then", [OFFLINE, REFUSED])
def test_after_a_crash_nobody_knows_either_and_a_right_taken_back_is_taken_off_the_device(
    then: Outcome,
) -> None:
    lost = start(wanted(), lease_until_ms=60_000)  # the device may have taken it before the process died
    item = send(lost, then)
    assert item.reported == UNKNOWN
    assert want(item, ABSENT, now_ms=300).state is State.WAITING
    assert send(lost, DONE).state is State.HELD


def test_a_wish_that_changes_in_flight_is_sent_after_the_result() -> None:
    sent = start(wanted("h1"), lease_until_ms=60_000)
    changed = want(sent, "h2", now_ms=250)
    assert changed.state is State.SENDING
    settled = settle(changed, DONE, sent=sent, backoff=BACKOFF, now_ms=300)
    assert (settled.state, settled.reported, settled.wanted) == (State.WAITING, "h1", "h2")
    back = want(want(sent, "h2", now_ms=250), "h1", now_ms=260)
    assert settle(back, DONE, sent=sent, backoff=BACKOFF, now_ms=300).state is State.HELD


def test_a_failure_of_an_older_wish_does_not_count_against_the_new_one() -> None:
    sent = start(wanted("h1"), lease_until_ms=60_000)
    settled = settle(want(sent, "h2", now_ms=250), REFUSED, sent=sent, backoff=BACKOFF, now_ms=300)
    assert (settled.state, settled.failures, settled.next_try_ms) == (State.WAITING, 0, 300)


def test_sending_again_and_read_back() -> None:
    held = send(wanted(), DONE)
    assert resend(held, now_ms=400).state is State.WAITING
    assert report(held, "h1", now_ms=400) is held
    assert report(held, ABSENT, now_ms=400).state is State.WAITING
    removed = send(want(held, ABSENT, now_ms=300), DONE)
    assert report(removed, "h1", now_ms=500).state is State.WAITING
    assert resend(removed, now_ms=500).deleting


@pytest.mark.parametrize(
    ("state", "writing", "deleting"),
    [
        (State.WAITING, "toBeTransferred", "toBeTransferred"),
        (State.SENDING, "transferring", "transferring"),
        (State.HELD, "transferred", "transferred"),
        (State.REMOVED, "transferDeleted", "transferDeleted"),
        (State.OFFLINE, "deviceOffline", "deviceOffline"),
        (State.TIMED_OUT, "transferTimeout", "deleteTimeout"),
        (State.FAILED, "unknownError", "deleteFailed"),
        (State.NEEDS_PERSON, "needManual", "needManual"),
    ],
)
def test_statuses_of_the_spec(state: State, writing: str, deleting: str) -> None:
    assert wire_status(state, deleting=False) == writing
    assert wire_status(state, deleting=True) == deleting
    assert state in states_of([deleting], deleting=True)
    assert state in states_of([writing, "nonsense"], deleting=False)


steps = st.one_of(
    st.tuples(st.just("want"), st.sampled_from([ABSENT, "h1", "h2", "h3"])),
    st.tuples(
        st.just("send"),
        st.sampled_from(["done", "lost reply", "lost request", "refused", "offline", "killed"]),
    ),
    st.tuples(st.just("wake"), st.just("")),
)


@given(st.lists(steps, max_size=30))
def test_whatever_happens_the_device_ends_up_with_what_is_wanted(history: list[tuple[str, str]]) -> None:
    """A model device: `killed` is a process that dies after the device took the row and before the commit."""
    item, device, now = new_item("door", "door.qr", "A"), ABSENT, 0
    for step, argument in history:
        now += 1
        if step == "want":
            item = want(item, argument, now_ms=now)
        elif step == "wake":
            item = wake(item, now_ms=now)
        elif item.next_try_ms is not None:
            sent = item = start(item, lease_until_ms=now)
            if argument in ("done", "lost reply", "killed"):
                device = sent.wanted
            if argument != "killed":
                outcome = {"done": DONE, "refused": REFUSED, "offline": OFFLINE}.get(argument, TIMED_OUT)
                item = settle(item, outcome, sent=sent, backoff=BACKOFF, now_ms=now)
        if item.state in (State.HELD, State.REMOVED):
            assert device == item.wanted == item.reported
    item = retry(item, now_ms=now)
    while item.next_try_ms is not None:
        sent = start(item, lease_until_ms=now)
        device = sent.wanted
        item = settle(sent, DONE, sent=sent, backoff=BACKOFF, now_ms=now)
    assert device == item.wanted
    assert item.state is (State.REMOVED if item.wanted == ABSENT else State.HELD)
