"""Yardstick: the same signed call as most Python teams would write it: FastAPI and SQLAlchemy's async ORM."""

import os
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.yardsticks.signed_call import verify

url = os.environ["BENCH_DATABASE"]
url = url.replace("postgresql://", "postgresql+asyncpg://") if "://" in url else f"sqlite+aiosqlite:///{url}"
engine = create_async_engine(url)
sessions = async_sessionmaker(engine, expire_on_commit=False)
SECRET = os.environ["BENCH_SECRET"].encode()


class Base(DeclarativeBase):
    pass


class Yard(Base):
    __tablename__ = "yard"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    status: Mapped[int]


class Params(BaseModel):
    communityId: int


class Call(BaseModel):
    id: str
    version: str
    request: dict[str, Any]
    params: Params


class Detail(BaseModel):
    communityId: int
    name: str
    address: str
    applyStatus: int


class Answer(BaseModel):
    id: str
    code: int
    message: str
    data: Detail


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


async def signed(request: Request) -> None:
    if not verify(request.method, request.url.path, dict(request.headers), await request.body(), SECRET):
        raise HTTPException(403)


app = FastAPI()


@app.post("/solution/community/paas/community/detail/get", dependencies=[Depends(signed)])
async def detail(call: Call, db: Annotated[AsyncSession, Depends(session)]) -> Answer:
    row = (await db.execute(select(Yard).where(Yard.id == call.params.communityId))).scalar_one()
    data = Detail(communityId=row.id, name=row.name, address=row.address, applyStatus=row.status)
    return Answer(id=call.id, code=200, message="success", data=data)
