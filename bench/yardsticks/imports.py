"""Yardstick for start and memory: the usual parts in one process, with an MQTT broker. Imports nothing of Linli."""

import asyncio
import os
import sys

import fastapi
import pydantic
import sqlalchemy
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine


class Answer(pydantic.BaseModel):
    ok: bool


async def main(http_port: int, mqtt_port: int) -> None:
    from amqtt.broker import Broker

    app = fastapi.FastAPI()
    engine = create_async_engine("sqlite+aiosqlite:///:memory:")

    @app.get("/healthz")
    async def healthz() -> Answer:
        async with engine.connect() as connection:
            await connection.execute(sqlalchemy.text("SELECT 1"))
        return Answer(ok=True)

    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{mqtt_port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    broker = Broker(config)
    await broker.start()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=http_port, log_level="error"))
    print(os.getpid(), flush=True)
    await server.serve()
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
