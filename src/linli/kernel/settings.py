"""Settings: one TOML file, overridden by the environment, both checked; a key nobody knows is refused.

`linli.toml` sections are the fields of Settings; the environment spells `[http] port` as `LINLI_HTTP_PORT`.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

Port = Annotated[int, Meta(ge=0, le=65535)]


class SettingsError(ValueError):
    """The settings cannot be used; the text names the key and the rule."""


class Http(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: Annotated[
        str, Meta(description="Base URL that devices and browsers use, without a slash at the end.")
    ] = ""
    max_body_bytes: Annotated[int, Meta(ge=1024)] = 10 * 1024 * 1024
    trusted_proxies: list[str] = []
    """Addresses whose X-Forwarded-For is believed."""


class Mqtt(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Port = 1883
    tls_port: Annotated[Port, Meta(description="0 leaves TLS off.")] = 0
    public_host: Annotated[
        str, Meta(description="Host name that registering devices are told to connect to.")
    ] = ""
    max_connections: Annotated[int, Meta(ge=1)] = 20_000
    max_packet_bytes: Annotated[int, Meta(ge=128)] = 262_144


class DeviceAuth(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Annotated[
        Port, Meta(description="HTTP listener for device registration (/auth/…); 0 leaves it off.")
    ] = 0


class Tls(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    certificate: str = ""
    key: str = ""
    """Paths of PEM files, from `linli tls` (own CA) or an ACME client; both empty: plain HTTP and MQTT only."""


class Retention(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    records_days: Annotated[int, Meta(ge=1, description="Data-model records, from insertion.")] = 30
    points_days: Annotated[int, Meta(ge=1, description="Property points and events of things.")] = 30
    passes_days: Annotated[int, Meta(ge=1)] = 180
    request_log_days: Annotated[int, Meta(ge=1)] = 7


class Webhooks(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    allow_private: Annotated[bool, Meta(description="Let webhooks reach loopback and private addresses.")] = (
        False
    )
    timeout_seconds: Annotated[float, Meta(gt=0, le=30)] = 30.0


class Disk(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    reserve_mb: Annotated[int, Meta(ge=0, description="Refuse writes when less than this is free.")] = 256


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    data_dir: str = "var"
    database_url: Annotated[
        str, Meta(description="sqlite:///… or postgresql://…; empty: linli.db in data_dir.")
    ] = ""
    log_level: str = "INFO"
    timezone: str = "Asia/Shanghai"
    http: Http = msgspec.field(default_factory=Http)
    mqtt: Mqtt = msgspec.field(default_factory=Mqtt)
    device_auth: DeviceAuth = msgspec.field(default_factory=DeviceAuth)
    tls: Tls = msgspec.field(default_factory=Tls)
    retention: Retention = msgspec.field(default_factory=Retention)
    webhooks: Webhooks = msgspec.field(default_factory=Webhooks)
    disk: Disk = msgspec.field(default_factory=Disk)

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_path / 'linli.db'}"

    @property
    def public_url(self) -> str:
        return self.http.public_url or f"http://{self.http.host}:{self.http.port}"


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read `path` (default: `linli.toml` where it exists, or $LINLI_CONFIG) and the environment. Raises SettingsError."""
    environment = os.environ if environment is None else environment
    if path is None:
        named = environment.get("LINLI_CONFIG")
        path = Path(named) if named else Path("linli.toml")
        if named and not path.is_file():
            raise SettingsError(f"LINLI_CONFIG names {path}, which is not there")
    raw: dict[str, Any] = {}
    if path.is_file():
        try:
            raw = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path}: {error}") from error
    _overlay(raw, environment)
    try:
        return msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path.name}: {error}") from error


_NOT_SETTINGS = {"LINLI_CONFIG"}


def _overlay(raw: dict[str, Any], environment: Mapping[str, str]) -> None:
    names: dict[str, tuple[str, ...]] = {}
    for field, kind in get_type_hints(Settings).items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            names |= {f"LINLI_{field}_{sub}".upper(): (field, sub) for sub in kind.__struct_fields__}
        else:
            names[f"LINLI_{field}".upper()] = (field,)
    for key, value in environment.items():
        if not key.startswith("LINLI_") or key in _NOT_SETTINGS:
            continue
        where = names.get(key)
        if where is None:
            raise SettingsError(f"the environment sets {key}, which is no setting")
        target = raw
        for part in where[:-1]:
            target = target.setdefault(part, {})
        target[where[-1]] = value.split(",") if key.endswith("_TRUSTED_PROXIES") else value
