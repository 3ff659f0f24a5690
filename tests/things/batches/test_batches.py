"""Batches as workers carry them out."""

from sqlalchemy import bindparam, update

from linli.kernel.db import Command, Database
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from linli.things.batches import plan as plans
from linli.things.batches import queries, service, sheet
from linli.things.batches.sheet import Row
from linli.things.batches.work import BatchWork
from linli.things.models import devices as device_table
from linli.things.queries.devices import get_device
from linli.things.serials.queries import find_serial_number
from linli.things.service import devices
from tests.things.conftest import Site

_seen = Command(
    update(device_table).where(device_table.c.iot_id == bindparam("id")).values(active_ms=1, online=0),
    unscoped="a test",
)


async def work(database: Database, ids: Ids, secrets: Secrets) -> None:
    """Everything that is due, as a worker does it."""
    jobs = Jobs()
    BatchWork(database, ids, secrets).register(jobs)
    worker = Worker(database, database.clock, jobs)  # the clock that says since when a job is due
    while await worker.run_once():
        pass


async def test_a_batch_is_made_a_few_at_a_time_and_undone(
    site: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    rows = [Row(n + 2, f"IPC-{n:04}", f"摄像头{n}", f"{n}号楼", f"SN{n}" if n < 3 else "") for n in range(60)]
    async with database.begin() as tx:
        number = await service.start_batch(
            site.tenant, tx, product_key=site.product_key, plan=plans.Plan(rows, [], 60), source="uploaded",
            project_id=site.project_id,
        )  # fmt: skip
        # Somebody takes a name while the batch waits for its worker.
        await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=site.product_key, device_name="IPC-0007"),
            ids=ids,
            secrets=secrets,
        )
    await work(database, ids, secrets)
    batch = await queries.get_batch(site.tenant, database, batch_no=number)
    assert (batch.state, batch.total, batch.done, batch.failed) == ("done", 60, 60, 1)
    failed = await queries.batch_rows(database, batch_no=number, page=PageRequest(1, 9), state="failed")
    assert [(row.device_name, row.reason, row.iot_id) for row in failed.data] == [
        ("IPC-0007", "batch_taken", None)
    ]
    device = await get_device(site.tenant, database, product_key=site.product_key, device_name="IPC-0003")
    assert (device.nickname, device.remark, device.project_id) == ("摄像头3", "3号楼", site.project_id)
    assert await find_serial_number(site.tenant, database, sn="SN2")

    triples = await queries.batch_triples(site.tenant, database, batch_no=number)
    lines = (await service.certificate_file(triples, secrets=secrets)).decode("utf-8-sig").splitlines()
    assert lines[0] == "ProductKey,DeviceName,DeviceSecret"
    secret = await devices.read_secret(site.tenant, database, iot_id=device.iot_id, secrets=secrets)
    assert lines[4] == f"{site.product_key},IPC-0003,{secret}"
    assert len(lines) == 60

    async with database.begin() as tx:
        await _seen.run(tx, id=device.iot_id)
        await service.undo_batch(site.tenant, tx, batch_no=number)
    await work(database, ids, secrets)
    batch = await queries.get_batch(site.tenant, database, batch_no=number)
    assert (batch.state, batch.undone) == ("undone", 58)
    kept = await queries.batch_rows(database, batch_no=number, page=PageRequest(1, 9), state="kept")
    assert [row.device_name for row in kept.data] == ["IPC-0003"]
    assert await find_serial_number(site.tenant, database, sn="SN2") is None


async def test_names_are_counted_past_those_that_are_taken(
    site: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    async with database.begin() as tx:
        for name in ("cam-0002", "cam-0003"):
            await devices.create_device(
                site.tenant,
                tx,
                values=devices.DeviceValues(product_key=site.product_key, device_name=name),
                ids=ids,
                secrets=secrets,
            )
    plan = await plans.plan_generated(
        site.tenant, database, product_key=site.product_key, count=4, prefix="cam-", first=1, ids=ids
    )
    assert [row.device_name for row in plan.rows] == ["cam-0001", "cam-0004", "cam-0005", "cam-0006"]
    random = await plans.plan_generated(
        site.tenant, database, product_key=site.product_key, count=3, prefix="", first=1, ids=ids
    )
    assert len({row.device_name for row in random.rows}) == 3


async def test_a_file_is_held_against_what_is_there(
    site: Site, other: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    content = b"DeviceName,SN\ndev.lobby-01,\nfresh-1,S1\n"
    plan = await plans.plan_upload(
        site.tenant, database, product_key=site.product_key, sheet=sheet.read(content)
    )
    assert [(p.row, p.rule) for p in plan.problems] == [(2, "batch_taken")]
    assert [row.device_name for row in plan.rows] == ["fresh-1"]
