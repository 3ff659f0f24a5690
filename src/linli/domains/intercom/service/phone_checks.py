"""A door asks whether a phone number may be called: it is a resident's whom the door may ring. Source: spec G, F12.

The answer is one word, and a visitor keyed the number: tries are few, so that no list of residents comes of them.
"""

from typing import Final

import msgspec

from linli.delivery.ports import Invoker
from linli.domains.access.queries.doors import find_door
from linli.domains.intercom.queries.owners import houses_of_door
from linli.domains.intercom.tries import Tries
from linli.domains.people.queries import residence
from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import LinliError
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.things.inbox.messages import Message

log = logger(__name__)
ANSWER_PHONE: Final = "intercom.answer_phone"
MOST_ASKED: Final = 10
WITHIN_MS: Final = 60_000
"""Questions of one door in this time; more are told that the number is not valid, unlooked at."""
LATE_MS: Final = 30_000
"""A door waits no longer."""
TIMEOUT_S: Final = 10.0
_MOST_DOORS: Final = 10_000
VALID, FAILED = 0, 1


class PhoneQuestion(msgspec.Struct, frozen=True):
    """Outbox payload: a door waits for a word about a number."""

    tenant_id: str
    iot_id: str
    phone: str
    asked_ms: int


class _Outputs(msgspec.Struct, rename="camel"):
    phone_number: str


class PhoneChecks:
    def __init__(self, db: Database, clock: Clock, invoker: Invoker) -> None:
        self._db = db
        self._clock = clock
        self._invoker = invoker
        self._tries = Tries(MOST_ASKED, WITHIN_MS, kept=_MOST_DOORS)

    async def asked(self, tx: Tx, message: Message) -> None:
        """Event `checkPhoneNumber`. Raises ValidationError: the message is parked."""
        outputs = msgspec.convert(message.values, _Outputs)
        device = message.device
        question = PhoneQuestion(
            device.tenant_id, device.iot_id, outputs.phone_number.strip(), message.received_ms
        )
        await outbox.add(tx, ANSWER_PHONE, question, key=device.iot_id, due_ms=outbox.URGENT_MS)

    async def answer(self, question: PhoneQuestion) -> None:
        """Outbox job. A door that is gone, or knows no such service, is not told."""
        if self._clock.now_ms() - question.asked_ms > LATE_MS:
            return
        scope = Scope.system(question.tenant_id, "intercom")
        valid = self._tries.allowed(question.iot_id, question.asked_ms) and await who_may_be_called(
            scope, self._db, iot_id=question.iot_id, phone=question.phone
        )
        args = {"phoneNumber": question.phone, "result": VALID if valid else FAILED}
        try:
            await self._invoker.invoke(scope, question.iot_id, "verifyPhoneResult", args, timeout_s=TIMEOUT_S)
        except LinliError as error:
            log.info("door %s was not told about a phone number: %s", question.iot_id, error.code)


async def who_may_be_called(scope: Scope, db: Reader, *, iot_id: str, phone: str) -> str:
    """The person with this phone who lives in a house that can be rung at the door; empty: nobody does."""
    door = await find_door(scope, db, iot_id=iot_id)
    if door is None or not phone:
        return ""
    resident = await residence.resident(db, account_id=0, phone=phone, name="", language="")
    homes = {
        home.house_id: home.identity_id
        for home in resident.living_in
        if home.tenant_id == door.tenant_id and home.community_id == door.community_id
    }
    if not homes:
        return ""
    if door.call_space_id is None and door.space_id is None:
        return next(iter(homes.values()))  # nobody noted where it stands: it serves the community
    rung = [house.space_id for house in await houses_of_door(scope, db, door)]
    return next((homes[house_id] for house_id in rung if house_id in homes), "")
