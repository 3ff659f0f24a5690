"""Terminals that tests bind without waiting for a code to be scanned."""

import hashlib
from typing import Any

from linli.domains.intercom.models import terminal_codes
from linli.domains.intercom.rows import Terminal, TerminalCode
from linli.domains.intercom.service import terminals as service

DAY_MS = 86_400_000


async def show_one(platform: Any, project: Any, device: str) -> str:
    """A code that a terminal of the project's application shows, good for a day."""
    now_ms, code = platform.clock.now_ms(), platform.ids.token(12, "ABCDEF23456789")
    hashed = hashlib.sha256(code.encode()).hexdigest()
    row = TerminalCode(
        project.project_id, service.DEVICE_TYPE, device, project.tenant_id, hashed, now_ms, now_ms + DAY_MS, 0
    )
    async with platform.db.begin() as tx:
        await tx.insert(terminal_codes, row._asdict())
    return str(code)


async def bind_one(
    platform: Any, project: Any, community_id: int, house_id: int | None, identity_id: str, device: str
) -> Terminal:
    """A terminal of a house, or of the office (None)."""
    code = await show_one(platform, project, device)
    wish = service.Wish(community_id, house_id, "客厅", identity_id)
    async with platform.db.begin() as tx:
        return await service.bind(
            project.owner, tx, code=code, wish=wish, ids=platform.ids, secrets=platform.secrets,
            now_ms=platform.clock.now_ms(),
        )  # fmt: skip
