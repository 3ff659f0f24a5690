"""The platform takes SIP at the port of its settings, and tells the operator who guesses there."""

from pathlib import Path

from linli.app.platform import Platform
from linli.kernel.settings import Disk, Http, Mqtt, Objects, Settings, Sip
from tests.domains.intercom.sip.phone import Phone
from tests.ports import free_port


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
