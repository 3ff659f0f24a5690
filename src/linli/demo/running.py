"""One run of the demo: schema, sample, platform, devices, life, in this order, and back."""

import asyncio
import time
from typing import Final, NamedTuple

import httpx

from linli.app import schema
from linli.app.platform import Platform
from linli.app.run import stop_signal
from linli.demo import box_lot, edge_sample, guest_parking, logins, place, town
from linli.demo import seed as seeding
from linli.demo.day import Day
from linli.demo.edge_box import EdgeBox
from linli.demo.edge_page import EdgePage
from linli.demo.fleet import Fleet
from linli.demo.folder import DemoFolder, Marker
from linli.demo.integrator import Integrator
from linli.demo.lane_box import LaneBox
from linli.demo.life import Life
from linli.demo.live_cameras import LiveCameras
from linli.demo.logins import Login
from linli.demo.place import Place
from linli.demo.progress import Terminal
from linli.demo.robot import DeliveryRobot
from linli.domains.accounts.schemas import SampleLogin
from linli.kernel import telemetry
from linli.kernel.errors import LinliError
from linli.kernel.settings import Faces, Gb28181, Http, Media, Mqtt, Payments, Settings, Sip, Video, Webhooks
from linli.ops.face_models import cache_folder

log = telemetry.logger(__name__)

RIGHTS_SECONDS = 5.0
"""How long a new demo waits for its doors to hold their rights before it says that it is ready."""
EXAMPLES: Final = ("http://localhost:8095", "http://127.0.0.1:8095")
"""Where the page of sdk/intercom/examples is served, as its README has it."""


class Wishes(NamedTuple):
    """The options of the command."""

    host: str
    port: int
    mqtt_port: int
    warp: float
    life: bool
    logins: bool
    faces: bool = False
    """Look at faces with the models of the user's cache."""
    edge: bool = False
    """An edge box with doors behind it."""
    edge_port: int = 0
    """Of the page to stand at its site."""
    car_park: bool = False
    """A box that decides at the lanes of a car park."""
    cameras: bool = False
    """A recorder whose cameras show pictures, one of them recorded."""
    integrator: bool = False
    """A small app that calls the open API and takes records at a webhook."""
    mqtt_tls_port: int | None = None
    """None: where it stands beside `mqtt_port`; with one of its own, devices with certificates come there too."""
    sip_port: int = 0
    """Where SIP phones log in; 0: nowhere, and then doors have no accounts and rooms."""
    browser_port: int = 0
    """For sound and picture of calls in browsers; 0: browsers take none."""


class ShownOnce(NamedTuple):
    """The secrets that are shown only once."""

    logins: list[Login]
    key: tuple[str, str] | None


class Demo:
    """`start`, then `stop`, which may also come in the middle of it."""

    def __init__(self, folder: DemoFolder, wishes: Wishes, terminal: Terminal) -> None:
        self._folder = folder
        self._wishes = wishes
        self._terminal = terminal
        self.platform: Platform | None = None
        self._serving = False
        self.fleet: Fleet | None = None
        self._life: Life | None = None
        self._box: EdgeBox | None = None
        self._lanes: LaneBox | None = None
        self._cameras: LiveCameras | None = None
        self._robot: asyncio.Task[None] | None = None
        self._site_page: EdgePage | None = None
        self.integrator: Integrator | None = None
        self.merchant: SampleLogin | None = None
        self.drivers_pages: tuple[str, str] | None = None
        """Whose log-in was made in this run."""
        self.site_url = ""
        self.box_page = ("", "")
        """Of the page at the box's site; empty where it does not run."""

    @property
    def settings(self) -> Settings:
        """The demo's own: it reads no settings file and no environment, so that it is the same everywhere."""
        wishes = self._wishes
        return Settings(
            data_dir=str(self._folder.path),
            http=Http(host=wishes.host, port=wishes.port),
            mqtt=Mqtt(
                host=wishes.host,
                port=wishes.mqtt_port,
                tls_port=wishes.mqtt_tls_port,
                x509_port=wishes.mqtt_tls_port,
            ),
            sip=Sip(host=wishes.host, port=wishes.sip_port, web_origins=list(EXAMPLES)),
            media=Media(enabled=wishes.browser_port > 0, browser_port=wishes.browser_port),
            gb28181=Gb28181(enabled=wishes.cameras, host=wishes.host, port=0),
            video=Video(recordings_mb=2_000),
            payments=Payments(cashier=True),
            faces=Faces(models=str(cache_folder()) if wishes.faces else ""),
            # A person who tries webhooks has the receiver on the same machine.
            webhooks=Webhooks(allow_private=wishes.host in ("127.0.0.1", "localhost", "::1")),
        )

    async def start(self, marker: Marker) -> ShownOnce:
        """Get everything going. Raises SeedFailed."""
        settings, terminal = self.settings, self._terminal
        with terminal.step("schema"):
            await prepare(settings)
        platform = self.platform = await Platform.open(settings)
        platform.sms_outbox.heard = lambda sms: terminal.say("sms", phone=sms.phone, text=sms.text)
        shown = ShownOnce([], None)
        if not marker.seeded:
            shown = ShownOnce(*await seeding.seed(platform, terminal))
            self._folder.seeded()
        if self._wishes.logins or not (marker.seeded or shown.logins):
            shown = ShownOnce(await logins.renew(platform), shown.key)
        site = await place.find(platform)
        if site is None:
            raise seeding.SeedFailed("the sample community is gone; use --reset")
        self.drivers_pages = await guest_parking.drivers_pages(platform, site)
        if shown.logins:
            merchant = self.merchant = await guest_parking.log_in(platform, site)
            offered = logins.offered(shown.logins)
            self._folder.keep_logins(offered if merchant is None else [*offered, merchant])
        platform.sample_logins.offer(self._folder.logins())
        with terminal.step("platform"):
            self._serving = True
            await platform.start()
        day = Day(self._wishes.warp, time.monotonic)
        fleet = await self._switch_on(platform, site, day, new=not marker.seeded)
        if self._wishes.cameras:
            await self._switch_cameras_on(platform, site, new=not marker.seeded)
        if self._wishes.edge:
            await self._switch_box_on(platform, site)
        if self._wishes.life:
            self._life = Life(platform, site, await town.look(platform, site), fleet, day)
            await self._life.start()
            if self._box is not None:
                self._box.live()
                robot = DeliveryRobot(platform, site, url=self.settings.public_url)
                self._robot = asyncio.create_task(robot.run(), name="demo robot")
        return shown

    async def integrate(self) -> None:
        """Start the sample's app, if it is wished for: once everything else is ready, which waits for nothing of it."""
        site = await place.find(self.platform) if self.platform and self._wishes.integrator else None
        if self.platform is None or site is None:
            return
        integrator = self.integrator = Integrator(self.platform, site, port=self._wishes.port)
        try:
            await integrator.start()
        except (OSError, LinliError) as error:
            log.warning("demo: the sample app does not start: %s", error)

    async def open_car_park(self) -> None:
        """Start the car park that a box decides; like the sample's app, nothing waits for it."""
        site = await place.find(self.platform) if self.platform and self._wishes.car_park else None
        if self.platform is None or site is None or not await box_lot.ensure(self.platform, site):
            return
        box = self._lanes = LaneBox(self.platform, site, self._folder.lane_box, host=self._wishes.host)
        try:
            await box.start()
        except (OSError, TimeoutError, LookupError, httpx.HTTPError, LinliError) as error:
            log.warning("demo: the car park's box does not start: %s", error)
            return
        if self._wishes.life:
            box.live()

    async def _switch_cameras_on(self, platform: Platform, site: Place, *, new: bool) -> None:
        """The rest of the demo goes on without them."""
        with self._terminal.step("cameras"):
            cameras = self._cameras = LiveCameras(platform, site, host=self._wishes.host)
            try:
                await cameras.start(new=new)
            except (OSError, TimeoutError, LinliError) as error:
                log.warning("demo: the cameras do not start: %s", error)

    async def _switch_box_on(self, platform: Platform, site: Place) -> None:
        """The rest of the demo goes on without it: not every system lets machines have addresses of their own."""
        with self._terminal.step("edge"):
            doors = await edge_sample.ensure(platform, site, await town.look(platform, site))
            if not doors:
                return
            people = await town.look(platform, site, [door.iot_id for door in doors])
            box = EdgeBox(platform, doors, people, self._folder.box, host=self._wishes.host)
            try:
                await box.start()
            except (OSError, TimeoutError, LinliError) as error:
                log.warning("demo: the box does not start: %s", error)
                self._terminal.say("edge_off", reason=error)
                await box.stop()
                return
            self._box = box
            page = self._site_page = EdgePage(box, host=self._wishes.host, port=self._wishes.edge_port)
            self.box_page = box.page()
            self.site_url = f"http://{self._wishes.host}:{await page.start()}/"

    async def _switch_on(self, platform: Platform, site: Place, day: Day, *, new: bool) -> Fleet:
        with self._terminal.step("online"):
            fleet = self.fleet = await Fleet.of(
                platform, site, flash=self._folder.devices, port=platform.mqtt_port, load=day.load
            )
            await fleet.start()
        if new:
            with self._terminal.step("delivery"):
                await fleet.wait_supplied(RIGHTS_SECONDS)
        return fleet

    async def stop(self) -> None:
        """People first, then the platform while its devices still answer, then the devices."""
        if self.integrator is not None:
            await self.integrator.stop()
        if self._lanes is not None:
            await self._lanes.stop()
        if self._robot is not None:
            self._robot.cancel()
            await asyncio.gather(self._robot, return_exceptions=True)
        if self._life is not None:
            await self._life.stop()
        if self._cameras is not None:
            await self._cameras.stop()
        if self._site_page is not None:
            await self._site_page.stop()
        if self._box is not None:
            await self._box.stop()
        if self.platform is not None:
            await (self.platform.stop() if self._serving else self.platform.db.close())
        if self.fleet is not None:
            await self.fleet.stop()


async def prepare(settings: Settings) -> None:
    """The schema that this release needs. Raises SeedFailed for data of another release."""
    if reason := await schema.prepare(settings):
        raise seeding.SeedFailed(f"{reason} (or: linli demo --reset)")


async def run_demo(folder: DemoFolder, marker: Marker, wishes: Wishes, terminal: Terminal) -> int:
    """Until a signal comes; the exit code. Raises SeedFailed."""
    demo = Demo(folder, wishes, terminal)
    stopped = asyncio.create_task(stop_signal(), name="stop signal")
    ready = asyncio.create_task(demo.start(marker), name="demo start")
    opening: asyncio.Task[None] | None = None
    try:
        await asyncio.wait({stopped, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            _tell(await ready, demo, terminal)
            if demo.platform is not None:
                on = bool(demo.platform.face_engine.state.model_id)
                terminal.say("faces_on" if on else "faces_off")
            await demo.integrate()
            opening = asyncio.create_task(demo.open_car_park(), name="demo car park")
            await stopped
        terminal.say("stopping")
    finally:
        tasks = [ready, stopped] if opening is None else [ready, stopped, opening]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await demo.stop()
    return 0


def _tell(shown: ShownOnce, demo: Demo, terminal: Terminal) -> None:
    settings = demo.settings
    url = settings.public_url
    terminal.say("ready", seconds=f"{terminal.seconds:.1f}", url=url)
    if shown.logins:
        rows = [
            [terminal.text(f"role.{login.role}"), login.login, login.password, url] for login in shown.logins
        ]
        terminal.table(("role", "login", "password", "url"), rows)
        terminal.say("once")
    else:
        terminal.say("later")
    terminal.say("phones", url=url, phone=logins.RESIDENT_LOGIN)
    if demo.merchant is not None:
        terminal.say("merchant", url=f"{url}{demo.merchant.page}", pin=demo.merchant.login)
    if demo.drivers_pages is not None:
        car_park, entrance = demo.drivers_pages
        terminal.say("drivers", car_park=car_park, entrance=entrance)
    if shown.key is not None:
        terminal.say("key", app_key=shown.key[0], app_secret=shown.key[1])
    terminal.say("devices", host=settings.mqtt.host, port=settings.mqtt.port)
    if demo.site_url:
        terminal.say("edge", url=demo.site_url)
        page, code = demo.box_page
        terminal.say("box", url=page, code=code)
    terminal.say("how_to_stop")
