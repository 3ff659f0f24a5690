"""Changes of spaces, users and notices reach an integrator's webhook; who moves out or is erased loses the door.

The platform runs as a process, the integrator and the door are clients that we did not write (see `test_main_job`).
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real.platform import Installation, running
from tests.real.test_main_job import Job
from tests.real.webhook import Webhook

SECONDS = 30
MEMBER = "/solution/community/paas/house/member"
USER = "/solution/community/paas/user"


@pytest.fixture(scope="module")
def linli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with running(tmp_path_factory.mktemp("changes") / "data") as installation:
        yield installation


class Told:
    """What the webhook is told, looked at once each."""

    def __init__(self, webhook: Webhook, community: int) -> None:
        self.webhook, self.community = webhook, community

    def of(self, type: str, one: Any) -> dict[str, Any]:
        body: dict[str, Any] = self.webhook.wait_for(
            lambda body: body.get("type") == type and str(one) in body.get("ids", ()), SECONDS
        ).json
        assert body == {"communityId": self.community, "ids": body["ids"], "type": type}
        return body


def wait_without(job: Job, code: str, seconds: float = SECONDS) -> None:
    """The door itself no longer holds a code."""
    deadline = time.monotonic() + seconds
    while code in job.door.permissions.qr:
        assert time.monotonic() < deadline, "the door still knows the code"
        time.sleep(0.02)


@pytest.mark.covers("B094", "B036")
def test_changes_are_told_and_rights_end_with_the_home(linli: Installation, tmp_path: Path) -> None:
    job = Job(linli, tmp_path)
    webhook = Webhook()
    job.set_up()
    try:
        linli.admin("create-webhook", job.partner.app_key, webhook.url)
        job.claim_community()
        told, call = Told(webhook, job.community), job.partner.ok
        job.build_spaces()
        told.of("insert", job.house)
        told.of("insert", job.person)
        call("/solution/community/paas/space/update", "1.0.1", {"spaceId": job.house, "name": "102"})
        told.of("update", job.house)
        call(f"{USER}/update", "1.0.2", {"identityId": job.person, "age": 40})
        told.of("update", job.person)
        notice = call(
            "/solution/community/notice/add",
            "1.0.3",
            {
                "title": "停水通知", "publications": [{"text": "明天停水"}], "type": 1, "isTop": 0,
                "publishType": 1, "publishRange": 0,
            },
        )  # fmt: skip
        told.of("publish", notice)

        job.add_door()
        job.give_right()
        job.wait_held(SECONDS)
        assert job.door.scan(job.text).opens
        call(f"{MEMBER}/delete", "2.0.0", {"houseSpaceId": job.house, "identityId": job.person})
        wait_without(job, job.code)
        assert not job.door.scan(job.text).opens, "who moved out is not let in"

        member = {"houseSpaceId": job.house, "name": "王先生", "phoneNum": "19900000001", "type": 1}
        assert call(f"{MEMBER}/save", "1.0.5", member)["identityId"] == job.person, (
            "the same person came back"
        )
        first, _ = job.code, job.give_right()
        assert job.code != first
        job.wait_held(SECONDS)
        call(f"{USER}/delete", "1.0.0", {"identityId": job.person})
        told.of("delete", job.person)
        wait_without(job, job.code)
        assert not job.door.scan(job.text).opens
        assert job.partner.call(f"{USER}/get", "1.0.2", {"identityId": job.person}).code == 403
    finally:
        webhook.close()
        if hasattr(job, "door"):
            job.door.close()
