"""How accounts, rooms and the mode reach a door (spec A 4.2): two services and a property."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from linli.delivery.files import DeviceFiles
from linli.delivery.ports import CannotTell, Invoker
from linli.delivery.queries import find_row
from linli.delivery.schemas import Content, Parcel
from linli.delivery.words import hidden_words
from linli.domains.intercom.kinds import CREDENTIALS, MODE, NAMES, NUMBER, ROOMS, ModeBody, NumberBody
from linli.domains.intercom.queries import doors as queries
from linli.domains.intercom.queries.forms import form_of
from linli.domains.intercom.room_numbers import on_door
from linli.domains.intercom.service.delivering import door_seal
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.sync import Outcome, Result
from linli.things.errors import DeviceRefused
from linli.things.queries.devices import get_device

CALL_TIMEOUT_S: Final = 30.0
URL_SECONDS: Final = 60
DROP_FILE: Final = "intercom.drop_room_file"
_NO_SERVICE: Final = 404
"""How devices answer a service that they do not have."""

_done = Outcome(Result.DONE)


class NumberCarrier:
    """Gives a door its account, and asks for it again. A box keeps it for its doors and tells them at each connection."""

    kinds: Sequence[str] = (NUMBER,)
    most = 1
    whole = False  # a door tells its number and keeps the password for itself

    def __init__(self, db: Database, invoker: Invoker, secrets: Secrets) -> None:
        self._db = db
        self._invoker = invoker
        self._secrets = secrets

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        """Raises what the call raises. An account that is taken away is four empty texts."""
        for parcel in batch:
            scope = Scope.system(parcel.tenant_id, "delivery")
            row = None if parcel.item.deleting else await queries.door_number(scope, self._db, device)
            number, host, port = ("", "", "") if row is None else (row.number, row.host, row.port)
            password = "" if row is None else self._secrets.open(row.password, about=door_seal(device))
            args = {
                "sipNumber": number,
                "password": password,
                "sipServerAddr": host,
                "sipServerPort": port,
            }
            try:
                await self._invoker.invoke(scope, device, NAMES[NUMBER], args, timeout_s=CALL_TIMEOUT_S)
            except DeviceRefused as refused:
                words = str(refused.facts.get("message", ""))
                refused.facts["message"] = hidden_words(words, [("password", password)])
                raise
        return {(parcel.item.kind, parcel.item.credential): _done for parcel in batch}

    async def read_back(self, device: str, scope: Scope) -> Mapping[tuple[str, str], str]:
        """A door that was never given a number, or had to give it back, keeps what its installer keyed in."""
        row = await find_row(self._db, device=device, kind=NUMBER, credential=CREDENTIALS[NUMBER])
        if row is None or row.deleting:
            raise CannotTell
        if (await get_device(scope, self._db, iot_id=device)).gateway_no is not None:
            raise CannotTell
        try:
            answer = await self._invoker.invoke(scope, device, "querySipNumber", {}, timeout_s=CALL_TIMEOUT_S)
        except BadInput as error:
            if error.facts.get("rule") == "tsl.unknown_identifier":
                raise CannotTell from None
            raise
        except DeviceRefused as refused:
            if refused.facts.get("answer") == _NO_SERVICE:
                raise CannotTell from None
            raise
        number = str(answer.get("sipNumber") or "")
        return {(NUMBER, CREDENTIALS[NUMBER]): number} if number else {}

    def fingerprint(self, kind: str, content: str) -> str:
        return msgspec.json.decode(msgspec.json.decode(content, type=Content).body, type=NumberBody).number


class RoomsCarrier:
    """Brings a door the list of its rooms behind a signed URL: the whole list, in the place of the one before."""

    kinds: Sequence[str] = (ROOMS,)
    most = 1

    def __init__(self, db: Database, invoker: Invoker, objects: ObjectStore, ids: Ids, clock: Clock) -> None:
        self._db = db
        self._invoker = invoker
        self.files = DeviceFiles(
            db, objects, ids, clock, drop_job=DROP_FILE, url_seconds=URL_SECONDS, keep_seconds=URL_SECONDS
        )

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        """Raises what the call raises."""
        for parcel in batch:
            scope = Scope.system(parcel.tenant_id, "delivery")
            rooms = {} if parcel.item.deleting else await self._rooms(scope, device)
            await self._send(scope, device, room_file(rooms))
        return {(parcel.item.kind, parcel.item.credential): _done for parcel in batch}

    async def _rooms(self, scope: Scope, device: str) -> dict[str, str]:
        rows = await queries.rooms_of_door(scope, self._db, iot_id=device)
        form = await form_of(scope, self._db, iot_id=device)
        return on_door(((row.room_key, row.group_id) for row in rows), form)

    async def _send(self, scope: Scope, device: str, content: bytes) -> None:
        kept = await self.files.put(f"{scope.tenant}/door-rooms/{device}", content, device=device)
        await self._invoker.invoke(
            scope,
            device,
            NAMES[ROOMS],
            {"groupRoomMappingFileUrl": kept.url},
            timeout_s=CALL_TIMEOUT_S,
        )
        await self.files.answered(kept)


class ModeCarrier:
    """Sets `ExtInfo`: whether a door asks for the house alone or for building, unit and house."""

    kinds: Sequence[str] = (MODE,)
    most = 1

    def __init__(self, invoker: Invoker) -> None:
        self._invoker = invoker

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        """Raises what the call raises. A door keeps its last mode: without rooms it calls nobody."""
        for parcel in batch:
            if parcel.item.deleting:
                continue
            body = msgspec.json.decode(parcel.opened().body, type=ModeBody)
            value = msgspec.json.encode({"intercomDeviceMode": body.mode}).decode()
            scope = Scope.system(parcel.tenant_id, "delivery")
            await self._invoker.set_properties(scope, device, {NAMES[MODE]: value}, timeout_s=CALL_TIMEOUT_S)
        return {(parcel.item.kind, parcel.item.credential): _done for parcel in batch}


def room_file(rooms: Mapping[str, str]) -> bytes:
    """The file of spec A 4.2."""
    pairs = [{"groupId": group, "roomId": room} for room, group in sorted(rooms.items())]
    return msgspec.json.encode({"syncGroupRoomList": pairs})
