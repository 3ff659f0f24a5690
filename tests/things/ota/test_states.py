"""One device's upgrade, every order of events."""

import itertools

import msgspec
import pytest

from linli.things.ota import states
from linli.things.ota.states import Job, JobState, Policy, Reason

POLICY = Policy("2.0", timeout_ms=1000)
RETRYING = Policy("2.0", retries=1, retry_ms=50, timeout_ms=1000)
RESTORING = Policy("2.0", timeout_ms=1000, restores=True)


def told(policy: Policy = POLICY, **facts: object) -> Job:
    job = msgspec.structs.replace(Job(from_version="1.0"), **facts)
    return states.noticed(job, policy, 0)


def installing(policy: Policy = POLICY) -> Job:
    return states.progressed(told(policy), policy, 100, "", 10)


def test_the_plain_way() -> None:
    job = told()
    assert (job.state, job.due_ms) == (JobState.NOTIFIED, 1000)
    job = states.progressed(job, POLICY, 40, "", 100)
    assert (job.state, job.progress, job.due_ms) == (JobState.DOWNLOADING, 40, 1100)
    job = states.progressed(job, POLICY, 100, "", 200)
    assert job.state is JobState.INSTALLING
    job = states.reported(job, POLICY, "2.0", 300)
    assert (job.state, job.progress, job.due_ms, job.finished_ms) == (JobState.SUCCEEDED, 100, None, 300)


@pytest.mark.parametrize("job", [Job(), told(), installing()])
def test_the_new_version_is_success_from_everywhere(job: Job) -> None:
    assert states.reported(job, POLICY, "2.0", 5).state is JobState.SUCCEEDED


def test_the_old_version_while_loading_is_no_failure() -> None:
    job = told()
    assert states.reported(job, POLICY, "1.0", 5) == job


@pytest.mark.parametrize(("step", "reason"), states.STEPS.items())
def test_each_step_below_zero_has_its_reason(step: int, reason: Reason) -> None:
    job = states.progressed(told(), POLICY, step, "disk", 5)
    assert (job.state, job.reason, job.detail, job.step) == (JobState.FAILED, reason, "disk", step)


def test_a_failure_is_tried_again_after_the_interval() -> None:
    job = states.progressed(told(RETRYING), RETRYING, -2, "", 100)
    assert (job.state, job.tries, job.due_ms, job.reason) == (JobState.WAITING, 1, 150, Reason.DOWNLOAD)
    job = states.progressed(states.noticed(job, RETRYING, 200), RETRYING, -2, "", 300)
    assert (job.state, job.tries) == (JobState.FAILED, 2)


def test_silence_ends_it() -> None:
    assert states.expired(told(), POLICY, 999) == told()
    assert states.expired(told(), POLICY, 1000).state is JobState.TIMED_OUT
    assert states.expired(told(RETRYING), RETRYING, 1000).state is JobState.WAITING


def test_a_device_that_restarts_into_its_old_version_fell_back_by_itself() -> None:
    job = states.reported(installing(), POLICY, "1.0", 50)
    assert (job.state, job.reason) == (JobState.ROLLED_BACK, Reason.OLD_VERSION)
    assert states.reported(installing(RETRYING), RETRYING, "1.0", 50).state is JobState.WAITING


def test_a_burnt_device_is_offered_what_it_had() -> None:
    job = states.progressed(installing(RESTORING), RESTORING, -4, "", 50)
    assert (job.state, job.reason, job.due_ms) == (JobState.ROLLING_BACK, Reason.BURN, None)
    assert states.reported(job, RESTORING, "1.0", 60).state is JobState.ROLLED_BACK
    told_back = states.noticed(job, RESTORING, 50)
    assert states.expired(told_back, RESTORING, 1050).reason == Reason.RESTORE_FAILED
    assert states.progressed(job, RESTORING, -1, "", 60).state is JobState.FAILED
    unknown = msgspec.structs.replace(installing(RESTORING), from_version="")
    assert states.progressed(unknown, RESTORING, -4, "", 50).state is JobState.FAILED


def test_a_failed_download_needs_nothing_restored() -> None:
    assert states.progressed(told(RESTORING), RESTORING, -2, "", 5).state is JobState.FAILED


def test_an_operator_takes_a_success_back() -> None:
    done = states.reported(installing(), POLICY, "2.0", 50)
    job = states.restored(done, Reason.OPERATOR, 60)
    assert (job.state, job.finished_ms) == (JobState.ROLLING_BACK, None)
    assert states.reported(job, POLICY, "2.0", 70) == job
    assert states.reported(job, POLICY, "1.0", 70).state is JobState.ROLLED_BACK


def test_again_gives_back_all_tries() -> None:
    lost = states.progressed(states.progressed(told(RETRYING), RETRYING, -1, "", 1), RETRYING, -1, "", 2)
    assert states.again(states.cancelled(lost, Reason.OPERATOR, 3), 9) == Job(from_version="1.0", due_ms=9)


def test_no_order_of_events_moves_what_has_ended() -> None:
    events = [
        lambda job, now: states.noticed(job, RESTORING, now),
        lambda job, now: states.progressed(job, RESTORING, 50, "", now),
        lambda job, now: states.progressed(job, RESTORING, 100, "", now),
        lambda job, now: states.progressed(job, RESTORING, -4, "", now),
        lambda job, now: states.reported(job, RESTORING, "1.0", now),
        lambda job, now: states.reported(job, RESTORING, "2.0", now),
        lambda job, now: states.reported(job, RESTORING, "3.0", now),
        lambda job, now: states.expired(job, RESTORING, now),
        lambda job, now: states.cancelled(job, Reason.OPERATOR, now),
    ]
    for order in itertools.product(events, repeat=5):
        job = Job(from_version="1.0")
        for number, event in enumerate(order):
            after = event(job, number * 2000)
            if not job.open:
                assert after == job
            assert after.open == (after.finished_ms is None)
            assert 0 <= after.progress <= 100
            job = after


@pytest.mark.parametrize(
    ("lost", "finished", "stops"), [(0, 10, False), (1, 4, False), (2, 5, True), (1, 10, False), (5, 5, True)]
)
def test_a_campaign_stops_at_its_rate(lost: int, finished: int, stops: bool) -> None:
    assert states.must_stop(lost, finished, percent=30, least=5) is stops
    assert states.must_stop(lost, finished, percent=0, least=1) is False


@pytest.mark.parametrize(
    ("total", "percent", "let_in"), [(20, 10, 2), (20, 1, 1), (3, 50, 2), (0, 10, 0), (20, 100, 20)]
)
def test_grey_scale(total: int, percent: int, let_in: int) -> None:
    assert states.allowed(total, percent) == let_in
