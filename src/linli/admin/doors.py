"""Doors: a serial number becomes a door of a community."""

import argparse

from linli.admin.commands import OPERATOR, Answer, Command
from linli.app.platform import Platform
from linli.domains.access.service import doors
from linli.domains.communities.queries import communities
from linli.kernel.scope import Scope
from linli.things.serials.service import SerialNumberEntry, list_serial_numbers


def _sn_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sn", help="serial number as printed on the door")
    parser.add_argument("product", help="productKey")
    parser.add_argument("device", help="device name")
    parser.add_argument("--community", type=int, required=True, help="a communityId of the owner")


async def _add_serial_number(platform: Platform, words: argparse.Namespace) -> Answer:
    scope = await _owner(platform, words.community)
    entry = SerialNumberEntry(words.sn, words.product, words.device)
    added = await platform.db.run(
        lambda tx: list_serial_numbers(scope, tx, entries=[entry], now_ms=platform.clock.now_ms())
    )
    return {"sn": words.sn, "added": added}


def _door_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sn", help="serial number as printed on the door")
    parser.add_argument("--community", type=int, required=True, help="communityId")
    parser.add_argument("--name", required=True, help="name that people see")
    parser.add_argument("--product", default="", help="productKey, where the device is to be made now")
    parser.add_argument("--exit", action="store_true", help="the door lets out, not in")


async def _register_door(platform: Platform, words: argparse.Namespace) -> Answer:
    scope = await _owner(platform, words.community)
    door, triple = await platform.db.run(
        lambda tx: doors.register_new_door(
            scope,
            tx,
            new=doors.NewDoor(
                community_id=words.community,
                sn=words.sn,
                name=words.name,
                direction="EXIT" if words.exit else "ENTRANCE",
            ),
            product_key=words.product,
            keys=platform.door_keys,
            ids=platform.ids,
            secrets=platform.secrets,
            now_ms=platform.clock.now_ms(),
        )
    )
    answer: Answer = {"iotId": door.iot_id, "productKey": door.product_key, "deviceName": door.device_name}
    return answer | ({"deviceSecret": triple.device_secret} if triple is not None else {})


async def _owner(platform: Platform, community_id: int) -> Scope:
    community = await communities.community(OPERATOR, platform.db, community_id)
    return Scope(community.tenant_id, OPERATOR.caller)


COMMANDS = {
    "add-serial-number": Command(
        "list a door's serial number with its device", _sn_words, _add_serial_number
    ),
    "register-door": Command("make the device behind a serial number a door", _door_words, _register_door),
}
