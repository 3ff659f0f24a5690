"""The sections of linli.toml: names, units, ranges and defaults of their keys. Each is a field of Settings."""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.kernel.settings.media import Media
from linli.kernel.settings.providers import MapProvider, Payments, Push, SmsGateway, Support
from linli.kernel.settings.sign_in import SignIn
from linli.kernel.settings.sip import Sip
from linli.kernel.settings.video import Gb28181, Video

_MOST_PORT = 65535
_TLS_ABOVE = 7000
_HTTPS_ABOVE = 363
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
Port = Annotated[int, Meta(ge=0, le=_MOST_PORT)]


class Http(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: Annotated[
        str, Meta(description="Base URL that devices and browsers use, without a slash at the end.")
    ] = ""
    max_body_bytes: Annotated[int, Meta(ge=1024)] = 10 * 1024 * 1024
    tls_port: Annotated[
        Port | None,
        Meta(
            description="HTTPS with the own authority's certificate beside `port`. Empty: 363 above `port` (8443 beside "
            "8080) where `host` is not this machine alone and [tls] names no certificate; 0: none."
        ),
    ] = None
    hsts_seconds: Annotated[
        int,
        Meta(
            ge=0,
            description="So long browsers that came by https come by nothing else; 0 leaves that to a proxy.",
        ),
    ] = 31_536_000
    trusted_proxies: list[str] = []
    """Addresses whose X-Forwarded-For is believed. They have no share of connections of their own."""
    max_connections: Annotated[
        int, Meta(ge=16, description="Open at the same time; over TLS each takes about 40 kB.")
    ] = 4_000
    connections_each: Annotated[
        int, Meta(ge=1, description="Connections of one address (of IPv6 its /64), but trusted proxies.")
    ] = 1_000
    max_unfinished_bytes: Annotated[
        int,
        Meta(
            ge=1024 * 1024,
            description="Received of all requests that are not whole, of callers who have not proved who they are.",
        ),
    ] = 64 * 1024 * 1024


class Mqtt(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Port = 1883
    plain: Annotated[
        Literal["on", "off", "behind_tls"],
        Meta(
            description="`port` without TLS, for devices that cannot. behind_tls: it is reached only through a balancer "
            "that ends the TLS."
        ),
    ] = "on"
    tls_port: Annotated[
        Port | None,
        Meta(description="MQTT over TLS. Empty: 7000 above `port` (8883 beside 1883); 0 leaves it off."),
    ] = None
    x509_port: Annotated[
        Port | None,
        Meta(
            description="MQTT over TLS that asks for a device's certificate, which some SDKs do not bear. Empty: one "
            "above the TLS port (8884); the same as it: asked there; 0 leaves it off."
        ),
    ] = None
    public_host: Annotated[
        str, Meta(description="Host name that registering devices are told to connect to.")
    ] = ""
    max_connections: Annotated[
        int, Meta(ge=1, description="Connections of devices and applications that proved who they are.")
    ] = 20_000
    connections_each: Annotated[
        int, Meta(ge=1, description="Of these, from one address (of IPv6 its /64), but trusted proxies.")
    ] = 5_000
    max_waiting: Annotated[
        int, Meta(ge=1, description="Connections that have not proved who they are, besides the others.")
    ] = 4_000
    waiting_each: Annotated[
        int, Meta(ge=1, description="Of these, from one address, but trusted proxies.")
    ] = 1_000
    max_packet_bytes: Annotated[int, Meta(ge=128)] = 262_144

    @property
    def tls_at(self) -> int:
        """The port of MQTT over TLS; 0: none."""
        if self.tls_port is not None:
            return self.tls_port
        return self.port + _TLS_ABOVE if 0 < self.port < _MOST_PORT - _TLS_ABOVE else 0

    @property
    def x509_at(self) -> int:
        """The port of MQTT over TLS for devices with certificates; 0: none."""
        if self.x509_port is not None:
            return self.x509_port
        return self.tls_at + 1 if 0 < self.tls_at < _MOST_PORT else 0


_FIXED_PORT: Final = 443
"""The C SDK's built-in port for registration and for MQTT over TLS."""


class DeviceAuth(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Annotated[
        Port | None,
        Meta(
            description="Registration (/auth/…) and MQTT, plain and over TLS, on one port, for devices that know no "
            "other. The port of HTTPS: shared with the web, over TLS alone. 0: none. Without it: 443 if HTTPS is there."
        ),
    ] = None
    max_connections: Annotated[int, Meta(ge=1)] = 500
    connections_each: Annotated[
        int, Meta(ge=1, description="Connections of one address (of IPv6 its /64), but trusted proxies.")
    ] = 250


class Tls(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    certificate: str = ""
    key: str = ""
    """Paths of PEM files, from an ACME client for example; both empty: the own authority's, in data_dir."""


class Retention(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    records_days: Annotated[int, Meta(ge=1, description="Data-model records, from insertion.")] = 30
    points_days: Annotated[int, Meta(ge=1, description="Property points and events of things.")] = 30
    passes_days: Annotated[int, Meta(ge=1)] = 180
    visits_days: Annotated[int, Meta(ge=1, description="Visits, from the end of their window.")] = 365
    request_log_days: Annotated[int, Meta(ge=1)] = 7


class CallLimits(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Calls of the open API where no operator set another limit on the page (docs/guides/limits.en.md). 0: no limit."""

    per_second: Annotated[
        int, Meta(ge=0, le=1_000_000, description="Calls a second of one key on one method.")
    ] = 1_000
    per_day: Annotated[int, Meta(ge=0, le=10**12, description="Calls a day of one key.")] = 10_000_000
    company_per_day: Annotated[
        int, Meta(ge=0, le=10**12, description="Calls a day of all keys of one company.")
    ] = 50_000_000


class Webhooks(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    allow_private: Annotated[bool, Meta(description="Let webhooks reach loopback and private addresses.")] = (
        False
    )
    timeout_seconds: Annotated[float, Meta(gt=0, le=30)] = 30.0


class Pictures(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    allow_private: Annotated[
        bool, Meta(description="Fetch pictures that callers name by address from private networks too.")
    ] = False


class Solution(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Solutions for projects, as partners' programs read them."""

    uuid: Annotated[str, Meta(min_length=1, max_length=64)]
    code: Annotated[str, Meta(max_length=64)] = ""
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    description: Annotated[str, Meta(max_length=512)] = ""
    status: Annotated[str, Meta(max_length=32)] = "CREATE"
    version_code: Annotated[str, Meta(max_length=32)] = "1.0.0"
    version_uuid: Annotated[str, Meta(min_length=1, max_length=64)]


class Projects(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    solutions: Annotated[list[Solution], Meta(max_length=1000, description="Beside the built-in one.")] = []


class Amqp(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Subscribers over AMQP 1.0, through RabbitMQ 4 (docs/guides/subscriptions.en.md)."""

    url: Annotated[
        str, Meta(description="amqp://user:password@host:port/vhost of RabbitMQ; empty leaves AMQP off.")
    ] = ""
    host: str = "127.0.0.1"
    port: Annotated[
        Port,
        Meta(
            description="Where consumers connect to; passed on to RabbitMQ. 0: they connect to RabbitMQ itself."
        ),
    ] = 0
    public_address: Annotated[str, Meta(description="host:port that consumers are told.")] = ""
    auth_token: Annotated[
        str, Meta(description="In the path at which RabbitMQ asks for logins; empty: this machine only.")
    ] = ""


class Privacy(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    deletion_days: Annotated[
        int, Meta(ge=1, le=365, description="Working days within which a request for deletion is decided.")
    ] = 15


class Process(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where several processes share a PostgreSQL database (docs/guides/scale-out.en.md)."""

    name: Annotated[
        str,
        Meta(max_length=64, pattern="^[A-Za-z0-9._-]*$", description="In logs; empty: the machine's name."),
    ] = ""
    drain_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=600,
            description="After SIGTERM: so long /readyz fails before devices are sent away, and so long that takes.",
        ),
    ] = 0.0


class Map(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    tiles: Annotated[
        str,
        Meta(
            description="Raster tiles for maps, an address with {z}, {x} and {y}; empty: plans and plain ground only."
        ),
    ] = ""


class Faces(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The face engine (docs/guides/faces-on-doors.en.md). Without models faces are off and everything else runs."""

    models: Annotated[
        str, Meta(description="Folder of the face models; empty: `models` in data_dir (`linli models`).")
    ] = ""
    queue: Annotated[int, Meta(ge=1, le=10_000, description="So many pictures wait; more are refused.")] = 64
    timeout_seconds: Annotated[
        float, Meta(gt=0, le=120, description="Longest look at one picture, before the child is ended.")
    ] = 10.0
    memory_mb: Annotated[
        int, Meta(ge=0, description="Memory of the child that runs the models; 0: as much as it wants.")
    ] = 1024


class Plates(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The engine that reads plates in pictures (docs/guides/plates.en.md). Without models cameras read alone."""

    models: Annotated[
        str,
        Meta(
            description="Folder of the models; empty: `plate-models` in data_dir (`linli models --plates`)."
        ),
    ] = ""
    queue: Annotated[int, Meta(ge=1, le=1000, description="So many pictures wait; more are not read.")] = 16
    timeout_seconds: Annotated[
        float, Meta(gt=0, le=120, description="Longest look at one picture, before the child is ended.")
    ] = 10.0
    memory_mb: Annotated[
        int, Meta(ge=0, description="Memory of the child that runs the models; 0: as much as it wants.")
    ] = 1024


class Objects(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where pictures, workbooks, firmware and other files lie (docs/guides/object-store.en.md)."""

    store: Annotated[
        Literal["folder", "s3"],
        Meta(description="folder: objects/ in data_dir; s3: a bucket of an S3-compatible store."),
    ] = "folder"
    endpoint: Annotated[
        str, Meta(description="https://minio.example.com:9000; empty: AWS in the region.")
    ] = ""
    region: str = "us-east-1"
    bucket: str = ""
    prefix: Annotated[str, Meta(description="What every key begins with, where the bucket is shared.")] = ""
    access_key: str = ""
    secret_key: Annotated[str, Meta(description="Rather in the environment or in secret_file.")] = ""
    secret_file: Annotated[str, Meta(description="A file with nothing but the secret key.")] = ""
    virtual_host: Annotated[
        bool, Meta(description="Address the bucket as bucket.endpoint instead of endpoint/bucket.")
    ] = False
    direct_urls: Annotated[
        bool,
        Meta(
            description="Readers get the store's own signed URLs: it must be reachable by browsers and devices."
        ),
    ] = False
    timeout_seconds: Annotated[float, Meta(gt=0, le=300)] = 30.0


class Disk(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    reserve_mb: Annotated[int, Meta(ge=0, description="Refuse writes when less than this is free.")] = 256


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    data_dir: str = "var"
    database_url: Annotated[
        str, Meta(description="sqlite:///… or postgresql://…; empty: linli.db in data_dir.")
    ] = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    timezone: str = "Asia/Shanghai"
    http: Http = msgspec.field(default_factory=Http)
    mqtt: Mqtt = msgspec.field(default_factory=Mqtt)
    device_auth: DeviceAuth = msgspec.field(default_factory=DeviceAuth)
    sip: Sip = msgspec.field(default_factory=Sip)
    media: Media = msgspec.field(default_factory=Media)
    gb28181: Gb28181 = msgspec.field(default_factory=Gb28181)
    video: Video = msgspec.field(default_factory=Video)
    tls: Tls = msgspec.field(default_factory=Tls)
    retention: Retention = msgspec.field(default_factory=Retention)
    call_limits: CallLimits = msgspec.field(default_factory=CallLimits)
    webhooks: Webhooks = msgspec.field(default_factory=Webhooks)
    pictures: Pictures = msgspec.field(default_factory=Pictures)
    projects: Projects = msgspec.field(default_factory=Projects)
    map: Map = msgspec.field(default_factory=Map)
    amqp: Amqp = msgspec.field(default_factory=Amqp)
    objects: Objects = msgspec.field(default_factory=Objects)
    disk: Disk = msgspec.field(default_factory=Disk)
    sms: SmsGateway = msgspec.field(default_factory=SmsGateway)
    sign_in: SignIn = msgspec.field(default_factory=SignIn)
    places: MapProvider = msgspec.field(default_factory=MapProvider)
    support: Support = msgspec.field(default_factory=Support)
    push: Push = msgspec.field(default_factory=Push)
    payments: Payments = msgspec.field(default_factory=Payments)
    faces: Faces = msgspec.field(default_factory=Faces)
    plates: Plates = msgspec.field(default_factory=Plates)
    privacy: Privacy = msgspec.field(default_factory=Privacy)
    process: Process = msgspec.field(default_factory=Process)

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_path / 'linli.db'}"

    @property
    def https_at(self) -> int:
        """The port of HTTPS beside the plain one; 0: none."""
        http = self.http
        if http.tls_port is not None:
            return http.tls_port
        wanted = http.host not in _THIS_MACHINE and not self.tls.certificate
        return http.port + _HTTPS_ABOVE if wanted and 0 < http.port <= _MOST_PORT - _HTTPS_ABOVE else 0

    @property
    def web_tls_at(self) -> int:
        """The port of the web over TLS, from either setting; 0: none."""
        return self.https_at or (self.http.port if self.tls.certificate else 0)

    @property
    def device_auth_at(self) -> int:
        """The fixed port of devices; 0: none."""
        if self.device_auth.port is not None:
            return self.device_auth.port
        return _FIXED_PORT if self.web_tls_at == _FIXED_PORT else 0

    @property
    def push_contact(self) -> str:
        """The contact for push services that have questions about this installation's messages."""
        if self.push.contact:
            return self.push.contact
        return (
            self.public_url if self.public_url.startswith("https:") else "mailto:operator@localhost.invalid"
        )

    @property
    def public_url(self) -> str:
        """How devices and browsers reach this installation, without a slash at the end."""
        scheme = "https" if self.tls.certificate else "http"
        return self.http.public_url.rstrip("/") or f"{scheme}://{self.http.host}:{self.http.port}"

    @property
    def own_url(self) -> str:
        """How this machine reaches its own plain port, without a slash at the end."""
        host = "127.0.0.1" if self.http.host in ("", "0.0.0.0", "::") else self.http.host
        return f"http://{host}:{self.http.port}"
