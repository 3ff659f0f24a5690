"""The same on asyncio: several calls at once over shared connections."""

import asyncio
import os

from linli_sdk import AsyncLinli
from linli_sdk.paging import async_pages


async def main() -> None:
    where = os.environ["LINLI_URL"], os.environ["LINLI_APP_KEY"], os.environ["LINLI_APP_SECRET"]
    async with AsyncLinli(*where) as linli:
        projects, streams = await asyncio.gather(
            linli.projects.query_projects(page_no=1, page_size=10), linli.subscriptions.list_all()
        )
        print("projects:", projects.total, "subscriptions:", streams)
        async for device in async_pages(linli.things.list_things, page_size=50):
            print("device", device.iot_id)


asyncio.run(main())
