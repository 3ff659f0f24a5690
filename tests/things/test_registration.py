"""Who may connect and how devices come by their secrets, through the backend that the MQTT front asks."""

import pytest

from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols.linkkit import signatures
from linli.protocols.linkkit.connect import parse_connect
from linli.things.mqtt.principals import (
    AppPrincipal,
    ConnectRequest,
    DevicePrincipal,
    PreAuthorized,
    PreAuthRequest,
    Refused,
    Registered,
    RegisterRequest,
)
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from tests.things.conftest import DOOR_TSL, Site
from tests.things.device import MakePlatform, Platform

RANDOM = "8Ygb7ULYh53B6OA"


def connect(client_id: str, user: str, password: str) -> ConnectRequest:
    name = parse_connect(client_id, user)
    assert name is not None
    return ConnectRequest(name=name, password=password, clean=True, peer="127.0.0.1:1", security="plain")


def by_secret(triple: Triple, method: str = "hmacsha1", secret: str | None = None) -> ConnectRequest:
    text = signatures.device_text("c", triple.device_name, triple.product_key, None)
    password = signatures.sign(secret or triple.device_secret, text, method)
    return connect(
        f"c|securemode=3,signmethod={method}|", f"{triple.device_name}&{triple.product_key}", password
    )


def registering(product_key: str, name: str, secret: str, *, new: bool = False) -> RegisterRequest:
    sign = signatures.sign(secret, signatures.register_text(name, product_key, RANDOM))
    return RegisterRequest(
        product_key=product_key, device_name=name, random=RANDOM, sign=sign, new=new, security="plain"
    )


def told(answer: object) -> tuple[str, int, int, bool]:
    """What the client hears of a refusal."""
    assert isinstance(answer, Refused)
    return answer.reason, answer.code, answer.connack, answer.proven


@pytest.mark.parametrize("method", ["hmacmd5", "hmacsha1", "hmacsha256"])
async def test_a_device_proves_itself_by_its_secret(platform: Platform, site: Site, method: str) -> None:
    backend = platform.things.backend
    principal = await backend.authenticate(by_secret(site.device, method))
    assert isinstance(principal, DevicePrincipal)
    assert (principal.product_key, principal.device_name) == (site.product_key, site.device.device_name)
    assert isinstance(await backend.authenticate(by_secret(site.device, method, secret="x" * 32)), Refused)
    unknown = site.device._replace(device_name="nobody")
    assert isinstance(await backend.authenticate(by_secret(unknown, method)), Refused)


async def test_a_device_made_while_the_platform_runs_may_connect(
    platform: Platform, site: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    async with database.begin() as tx:
        made = await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=site.product_key),
            ids=ids,
            secrets=secrets,
        )
    assert isinstance(await platform.things.backend.authenticate(by_secret(made)), DevicePrincipal)


async def test_a_new_secret_ends_the_old_one(
    platform: Platform, site: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    device = await platform.connect(site.device)
    async with database.begin() as tx:
        made = await devices.reset_secret(
            site.tenant, tx, iot_id=site.device.iot_id, ids=ids, secrets=secrets
        )
    assert await device.closed()
    backend = platform.things.backend
    assert isinstance(await backend.authenticate(by_secret(made)), DevicePrincipal)
    assert isinstance(await backend.authenticate(by_secret(site.device)), Refused)


async def test_a_subscriber_logs_in_by_its_app_secret(
    make_platform: MakePlatform,
    site: Site,
    database: Database,
    ids: Ids,
    secrets: Secrets,
    clock: ManualClock,
) -> None:
    async with database.begin() as tx:
        app_key, app_secret = await tenancy.create_app_key(
            site.tenant, tx, project_id=site.project_id, ids=ids, secrets=secrets
        )
    platform = await (await make_platform(topics_of=lambda key, _tenant: (f"/sys/appkey/{key}/#",))).start()

    def login(secret: str, user: str = app_key) -> ConnectRequest:
        stamp = clock.now_ms()
        return connect(f"c|timestamp={stamp}|", user, signatures.sign(secret, f"c{stamp}"))

    backend = platform.things.backend
    principal = await backend.authenticate(login(app_secret))
    assert isinstance(principal, AppPrincipal)
    assert principal.app_key == app_key
    assert f"/sys/appkey/{app_key}/#" in principal.may_subscribe
    assert isinstance(await backend.authenticate(login("x" * 32)), Refused)
    assert isinstance(await backend.authenticate(login(app_secret, "29999999")), Refused)
    async with database.begin() as tx:
        await tenancy.enable_app_key(site.tenant, tx, app_key=app_key, enabled=False)
    assert isinstance(await backend.authenticate(login(app_secret)), Refused)


class Kind:
    """A product whose devices register themselves."""

    def __init__(self, product_key: str, secret: str) -> None:
        self.product_key = product_key
        self.secret = secret


@pytest.fixture
async def kind(site: Site, database: Database, ids: Ids, secrets: Secrets) -> Kind:
    async with database.begin() as tx:
        made = await products.create_product(
            site.tenant,
            tx,
            values=products.ProductValues(name="k", tsl=DOOR_TSL, dynamic_register=True),
            ids=ids,
            secrets=secrets,
        )
    secret = await products.product_secret(
        site.tenant, database, product_key=made.product_key, secrets=secrets
    )
    return Kind(made.product_key, secret)


async def test_a_registered_name_gets_its_secret_until_it_is_active(
    platform: Platform, kind: Kind, site: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    async with database.begin() as tx:
        made = await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=kind.product_key, device_name="pre_01"),
            ids=ids,
            secrets=secrets,
        )
    backend = platform.things.backend
    request = registering(kind.product_key, "pre_01", kind.secret)
    for _ in range(2):
        answer = await backend.register(request)
        assert isinstance(answer, Registered)
        assert answer.device_secret == made.device_secret
    device = await platform.connect(made)
    await device.post({"LightSwitch": 1})
    assert told(await backend.register(request))[:2] == ("the device is already active", 403)
    async with database.begin() as tx:
        again = await devices.reset_secret(site.tenant, tx, iot_id=made.iot_id, ids=ids, secrets=secrets)
    assert await device.closed()
    answer = await backend.register(request)
    assert isinstance(answer, Registered)
    assert answer.device_secret in (made.device_secret, again.device_secret)


async def test_what_does_not_fit_is_refused_alike(platform: Platform, kind: Kind, site: Site) -> None:
    register = platform.things.backend.register
    wrong = await register(registering(kind.product_key, "pre_01", "wrong"))
    absent = await register(registering("a1NoSuchKey", "pre_01", kind.secret))
    assert told(wrong) == told(absent)
    unknown = await register(registering(kind.product_key, "nobody", kind.secret))
    assert told(unknown)[:2] == ("unknown device", 404)
    assert isinstance(await register(registering(kind.product_key, "a b", kind.secret, new=True)), Refused)


async def test_a_disabled_device_gets_nothing(
    platform: Platform, kind: Kind, site: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    async with database.begin() as tx:
        made = await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=kind.product_key, device_name="off_01"),
            ids=ids,
            secrets=secrets,
        )
        await devices.enable_device(site.tenant, tx, iot_id=made.iot_id, enabled=False)
    backend = platform.things.backend
    for new in (False, True):
        answer = await backend.register(registering(kind.product_key, "off_01", kind.secret, new=new))
        assert told(answer)[:2] == ("the device is disabled", 403)


async def test_a_device_that_took_a_token_and_came_registers_no_more(
    platform: Platform, kind: Kind, site: Site
) -> None:
    backend = platform.things.backend
    request = registering(kind.product_key, "fresh_02", kind.secret, new=True)
    first = await backend.register(request)
    again = await backend.register(request)
    assert isinstance(first, Registered)
    assert isinstance(again, Registered)
    assert first.device_token != again.device_token, "the last one counts until it connects"

    def login(answer: Registered) -> ConnectRequest:
        params = "authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13"
        return connect(f"{answer.client_id}|{params}|", f"fresh_02&{kind.product_key}", answer.device_token)

    assert isinstance(await backend.authenticate(login(first)), Refused)
    assert isinstance(await backend.authenticate(login(again)), DevicePrincipal)


async def test_registration_is_off_unless_the_product_allows_it(
    platform: Platform, site: Site, database: Database, secrets: Secrets
) -> None:
    secret = await products.product_secret(
        site.tenant, database, product_key=site.product_key, secrets=secrets
    )
    answer = await platform.things.backend.register(
        registering(site.product_key, site.device.device_name, secret)
    )
    assert isinstance(answer, Refused)
    assert answer.code == 403


async def test_an_unregistered_name_gets_a_token_to_connect_with(platform: Platform, kind: Kind) -> None:
    backend = platform.things.backend
    answer = await backend.register(registering(kind.product_key, "fresh_01", kind.secret, new=True))
    assert isinstance(answer, Registered)
    assert (answer.device_secret, answer.device_name) == ("", "fresh_01")

    def login(client_id: str, token: str) -> ConnectRequest:
        params = "authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13"
        return connect(f"{client_id}|{params}|", f"fresh_01&{kind.product_key}", token)

    assert isinstance(
        await backend.authenticate(login(answer.client_id, answer.device_token)), DevicePrincipal
    )
    assert isinstance(await backend.authenticate(login(answer.client_id, "x")), Refused)
    assert isinstance(await backend.authenticate(login("other", answer.device_token)), Refused)


async def test_a_device_may_ask_by_http_where_to_connect(
    make_platform: MakePlatform, site: Site, database: Database
) -> None:
    platform = await (await make_platform(address=lambda security, reached: (reached, 1884))).start()
    triple = site.device
    text = signatures.device_text("c", triple.device_name, triple.product_key, "2524608000000")
    request = PreAuthRequest(
        product_key=triple.product_key, device_name=triple.device_name, client_id="c", timestamp="2524608000000",
        security="plain", reached="iot.example",
        sign=signatures.sign(triple.device_secret, text),
    )  # fmt: skip
    backend = platform.things.backend
    answer = await backend.pre_authenticate(request)
    assert isinstance(answer, PreAuthorized)
    assert (answer.iot_id, answer.host, answer.port) == (triple.iot_id, "iot.example", 1884)
    login = connect("c|securemode=-1|", answer.iot_id, answer.iot_token)
    assert isinstance(await backend.authenticate(login), DevicePrincipal)
    assert isinstance(await backend.authenticate(connect("c|securemode=-1|", answer.iot_id, "x")), Refused)
    assert isinstance(await backend.authenticate(connect("c|securemode=-1|", "nobody", "x")), Refused)
