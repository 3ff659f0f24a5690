"""Requests for deletion of each lot."""

from typing import Any

from linli.app.platform import Platform
from linli.domains.people.queries.residence import OwnPerson, Resident
from linli.domains.privacy.service import deletion


async def add_deletions(platform: Platform, lot: Any) -> None:
    """Of somebody whom the community does not know any more: nobody else's test loses a person."""
    for number, name in enumerate(("asked_deletion", "refused_deletion")):
        own = OwnPerson(lot.project.tenant_id, 0, f"{lot.name}{number}".ljust(32, "z"), f"离开{lot.name}")
        who = Resident(platform.ids.number(), "", own.name, "zh-CN", {}, ())
        async with platform.db.begin() as tx:
            made = await deletion.ask(
                tx, who, own, community_id=lot.community, words="", zone="Asia/Shanghai", days=15,
                ids=platform.ids, now_ms=platform.clock.now_ms(),
            )  # fmt: skip
        setattr(lot, name, made)
