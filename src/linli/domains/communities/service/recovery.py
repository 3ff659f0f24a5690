"""Records of communities are put back to what they were before a change. `kernel.history` calls these."""

import msgspec

from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.service import assets, removal, spaces
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import persons, residents
from linli.domains.people.service.vehicles import VehicleForm
from linli.kernel.db import Tx
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

_DESCRIPTION = ("layout", "area_m2", "house_type", "house_status")


async def restore_space(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """A space, its description or one of its assets. Raises what renaming, moving, adding … raise."""
    space_id = int(change.target)
    was = {name: before for name, (before, _) in change.differences.items()}
    if change.action == "deleted":
        await removal.bring_back(scope, tx, change, now_ms=now_ms)
        return
    if change.action == "asset_removed":
        kept = change.remains
        await assets.add(
            scope, tx, house_id=space_id, type=kept["type"], name=kept["name"], ids=ids, now_ms=now_ms
        )
        return
    if change.action == "asset_changed":
        kept = change.remains
        await assets.change(
            scope,
            tx,
            house_id=space_id,
            asset_id=kept["asset_id"],
            type=kept["type"],
            name=kept["name"],
            now_ms=now_ms,
        )
        return
    space = await queries.space(scope, tx, space_id)
    if "parent" in was:
        await spaces.move(scope, tx, space_id=space_id, parent_id=was["parent"], now_ms=now_ms)
    if "name" in was or "direction" in was:
        await spaces.rename(
            scope,
            tx,
            space_id=space_id,
            name=was.get("name", space.name),
            direction=was.get("direction"),
            now_ms=now_ms,
        )
    if was.keys() & set(_DESCRIPTION):
        house = await queries.house(scope, tx, space_id)
        now = {name: was.get(name, getattr(house, name)) for name in _DESCRIPTION}
        now["layout"] = now["layout"] or ""
        await spaces.describe_house(scope, tx, space_id=space_id, now_ms=now_ms, **now)


async def restore_resident(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Restore a person's fields, their relation to a house, or that they lived there."""
    kept, identity_id = change.remains, change.target
    if change.action == "moved_out":
        await residents.come_back(
            scope,
            tx,
            SpaceHouses(),
            gone=residents.Departure(
                house_id=kept["house"],
                identity_id=identity_id,
                type=kept["type"],
                parked=[
                    VehicleForm(plate=row[0], brand=row[1], color=row[2]) for row in kept.get("vehicles", ())
                ],
                left_ms=change.at_ms,
            ),
            ids=ids,
            now_ms=now_ms,
        )
        return
    was = {name: before for name, (before, _) in change.differences.items()}
    if "house" in kept and "type" in was:
        await residents.change_member(
            scope,
            tx,
            house_id=kept["house"],
            identity_id=identity_id,
            profile=Profile(),
            type=was["type"],
            now_ms=now_ms,
        )
        return
    values = {
        name: value for name, value in was.items() if value not in (None, "") and name in persons.FIELDS
    }
    # A number of before the rules of today comes back as it stood.
    id_no = values.pop("id_no", None)
    await persons.change(
        scope,
        tx,
        identity_id=identity_id,
        profile=msgspec.structs.replace(checked(Profile(**values), wire={}), id_no=id_no),
        now_ms=now_ms,
        cleared=[name for name in was if name not in values and not (name == "id_no" and id_no)],
    )
