"""A password renewed by the open API ends the phone that is logged in with the old one, at once."""

from collections.abc import AsyncIterator

import pytest

from linli.domains.intercom.sip.front import SipFront
from linli.kernel.clock import SystemClock
from linli.kernel.settings import Sip
from linli.protocols import sip
from tests.domains.intercom.conftest import SIP, Home
from tests.domains.intercom.sip.conftest import call_log
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER, answer


@pytest.fixture
async def front(home: Home) -> AsyncIterator[SipFront]:
    db, ids = home.platform.db, home.platform.ids
    front = SipFront(
        Sip(host="127.0.0.1", port=0), db, SystemClock(), home.secrets, call_log(db, ids), host="127.0.0.1"
    )
    await front.start()
    try:
        yield front
    finally:
        await front.stop()


@pytest.mark.covers("EP-39")
async def test_the_newest_password_has_the_number(home: Home, front: SipFront) -> None:
    rows = await home.ok(f"{SIP}/add", count=2, type=0)
    caller, old = [await Phone.open(front.port, row["sipNumber"], row["sipPassword"]) for row in rows]
    for phone in (caller, old):
        assert (await phone.register()).status == 200
    fresh = await home.ok(f"{SIP}/password/update", sipNumber=old.number)
    await caller.call(old.number)
    refused = await caller.response(480, 404)
    assert refused.status == 480
    await old.silence()
    assert (await old.register()).status == 401, "the old password is none any more"
    new = await Phone.open(front.port, old.number, fresh["sipPassword"])
    assert (await new.register()).status == 200
    await caller.call(old.number)
    answer(new, await new.request("INVITE"), 200, body=ANSWER)
    assert (await caller.response(200)).status == 200
    for phone in (caller, old, new):
        phone.close()


async def test_a_newer_phone_takes_the_number_from_the_older(home: Home, front: SipFront) -> None:
    (row, other) = await home.ok(f"{SIP}/add", count=2, type=0)
    first, second = [await Phone.open(front.port, row["sipNumber"], row["sipPassword"]) for _ in range(2)]
    caller = await Phone.open(front.port, other["sipNumber"], other["sipPassword"])
    for phone in (first, second, caller):
        assert (await phone.register()).status == 200
    await caller.call(row["sipNumber"])
    assert isinstance(await second.request("INVITE"), sip.Request)
    await first.silence()
    for phone in (first, second, caller):
        phone.close()
