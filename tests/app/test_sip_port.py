"""The platform takes SIP at the port of its settings, and tells the operator who guesses there."""

from pathlib import Path

import pytest

from linli.app.platform import Platform
from linli.domains.intercom.service import numbers
from linli.kernel import tenancy
from linli.kernel.scope import Caller, Scope
from linli.kernel.settings import Disk, Http, Media, Mqtt, Objects, Settings, Sip
from linli.protocols import sdp
from tests.domains.intercom.sip.phone import Phone
from tests.ports import free_port


async def test_media_pass_the_platform_when_settings_say_so(
    database_url: str, tmp_path: Path, object_settings: Objects
) -> None:
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0),
        mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
        objects=object_settings,
        sip=Sip(port=(port := free_port())),
        media=Media(enabled=True, first_port=29_000, last_port=29_500, browser_port=free_port()),
    )
    platform = await Platform.open(settings)
    phones: list[Phone] = []
    try:
        await platform.start()
        async with platform.db.begin() as tx:
            tenant_id = await tenancy.create_tenant(tx, name="物业", ids=platform.ids)
            system = Scope.system(tenant_id)
            project_id = await tenancy.create_project(system, tx, name="a", ids=platform.ids)
            scope = Scope(
                tenant_id,
                Caller("app", "a"),
                frozenset(),
                project_id=project_id,
                projects=frozenset([project_id]),
            )
            rows = await numbers.add_accounts(
                scope, tx, count=2, kind=0, ids=platform.ids, secrets=platform.secrets, now_ms=0
            )
        for row in rows:
            password = platform.secrets.open(row.password, about=f"sip:{row.number}")
            phones.append(await Phone.open(port, row.number, password))
            assert (await phones[-1].register()).status == 200
        await phones[0].call(phones[1].number)
        (medium,) = sdp.read((await phones[1].request("INVITE")).body).media
        assert medium.port in range(29_000, 29_500)
    finally:
        for phone in phones:
            phone.close()
        await platform.stop()


async def test_sip_is_answered_and_a_scanner_is_named(
    database_url: str, tmp_path: Path, object_settings: Objects
) -> None:
    port = free_port()
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0),
        mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
        objects=object_settings,
        sip=Sip(port=port),
    )
    platform = await Platform.open(settings)
    try:
        await platform.start()
        phone = await Phone.open(port, "anybody")
        phone.send(phone.make("OPTIONS", "sip:127.0.0.1"))
        assert (await phone.response()).status == 200
        phone.agent = "friendly-scanner"
        phone.send(phone.make("OPTIONS", "sip:127.0.0.1"))
        phone.agent = ""
        await phone.silence()
        assert "127.0.0.1" in (await platform.condition.all_faults())["sip"]
        phone.close()
    finally:
        await platform.stop()


async def test_without_its_packages_browsers_take_no_calls_and_the_operator_reads_why(
    database_url: str, tmp_path: Path, object_settings: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.app.sip.find_spec", lambda _: None)
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0),
        mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
        objects=object_settings,
        sip=Sip(port=free_port()),
        media=Media(enabled=True, first_port=29_600, last_port=29_700),
    )
    platform = await Platform.open(settings)
    try:
        await platform.start()
        assert "extra `browsers`" in (await platform.condition.all_faults())["media"]
    finally:
        await platform.stop()
