"""Notices of each lot, one for each thing that is done to them, and how the methods name them."""

from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.notices import service
from linli.domains.notices.schemas import Content, Publication

NOTICE = "/solution/community/notice"
NAMES = (
    "notice", "spare_notice", "dropped_notice", "draft_notice", "ripe_notice", "planned_notice", "removed_notice",
)  # fmt: skip
_DRAFTS = ("draft_notice", "ripe_notice", "planned_notice")


async def add_notices(platform: Platform, lot: Any) -> None:
    owner, now_ms = lot.project.owner, platform.clock.now_ms()
    async with platform.db.begin() as tx:
        for name in NAMES:
            content = Content(f"公告{lot.name}", [Publication("一")], 6, 7, 0, [lot.building])
            number = await service.draft(
                owner, tx, community_id=lot.community, content=content, now_ms=now_ms
            )
            if name not in _DRAFTS:
                await service.publish(owner, tx, notice_id=number, now_ms=now_ms)
            setattr(lot, name, number)
        await service.publish(
            owner, tx, notice_id=lot.planned_notice, now_ms=now_ms, at_ms=now_ms + 86_400_000
        )
        await service.remove(owner, tx, notice_ids=[lot.removed_notice], now_ms=now_ms)


def methods() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    text = {"publications": [{"text": "一"}], "type": 6, "isTop": 0, "publishType": 1}
    return {
        (f"{NOTICE}/add", "1.0.3"): [
            lambda x: {**text, "title": f"新{x.name}", "communityId": x.community, "spaceIds": [x.building]}
        ],
        (f"{NOTICE}/update", "1.0.0"): [lambda x: {"messageId": x.notice, "isTop": 1}],
        (f"{NOTICE}/query", "1.0.9"): [
            lambda x: {"pageNo": 1, "pageSize": 10, "communityId": x.community, "spaceId": x.house}
        ],
        (f"{NOTICE}/delete", "1.0.0"): [lambda x: {"messageIds": [x.spare_notice]}],
        (f"{NOTICE}/get", "1.0.6"): [lambda x: {"messageId": x.notice, "communityId": x.community}],
    }
