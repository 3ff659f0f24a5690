"""Reading linli.toml and the environment over it, and the rules that the types of the sections cannot say."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from linli.kernel.settings.sections import Objects, Settings


class SettingsError(ValueError):
    """The settings cannot be used; the text names the key and the rule."""


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read `path` (default: $LINLI_CONFIG, or `linli.toml` where it exists) and the environment. Raises SettingsError."""
    environment = os.environ if environment is None else environment
    named = path or (Path(environment["LINLI_CONFIG"]) if environment.get("LINLI_CONFIG") else None)
    path = named or Path("linli.toml")
    raw: dict[str, Any] = {}
    if path.is_file():
        try:
            raw = tomllib.loads(path.read_text("utf-8"))
        except (ValueError, OSError) as error:  # wrong TOML, not UTF-8, or not ours to read
            raise SettingsError(f"{path}: {error}") from error
    elif named:
        raise SettingsError(f"there is no settings file {named}")
    origins = _overlay(raw, environment)
    try:
        settings = msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_located(str(error), path, origins, raw)) from error
    _check(settings)
    return settings


_NOT_SETTINGS = {"LINLI_CONFIG", "LINLI_PYTHON"}


def _sections() -> dict[str, tuple[str, ...]]:
    """Section -> its keys; the keys outside sections are under the empty name."""
    sections: dict[str, tuple[str, ...]] = {"": ()}
    for field, kind in get_type_hints(Settings).items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            sections[field] = kind.__struct_fields__
        else:
            sections[""] += (field,)
    return sections


def _overlay(raw: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Put the environment's settings over the file's; which variable each came from."""
    places = {
        "_".join(filter(None, ("LINLI", section, key))).upper(): tuple(filter(None, (section, key)))
        for section, keys in _sections().items()
        for key in keys
    }
    origins = {}
    for name, value in environment.items():
        if not name.startswith("LINLI_") or name in _NOT_SETTINGS:
            continue
        place = places.get(name)
        if place is None:
            raise SettingsError(f"the environment sets {name}, which is no setting{_near(name, places)}")
        target = raw
        for part in place[:-1]:
            target = target.setdefault(part, {})
            if not isinstance(target, dict):
                raise SettingsError(f"{part} must be a section: [{part}]")
        items = [item.strip() for item in value.split(",") if item.strip()]
        target[place[-1]] = items if name.endswith("_TRUSTED_PROXIES") else value
        origins[place] = name
    return origins


def _near(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), 1)
    return f"; did you mean {close[0]}?" if close else ""


def _located(fault: str, path: Path, origins: Mapping[tuple[str, ...], str], raw: Mapping[str, Any]) -> str:
    """The fault with the name by which the reader knows the place: `[http] port` or `LINLI_HTTP_PORT`."""
    rule, _, where = fault.partition(" - at `$")
    place = tuple(where.rstrip("`").strip(".").split("[")[0].split(".")) if where else ()
    place = tuple(part for part in place if part)
    if unknown := re.search(r"unknown field `(.+)`", rule):
        section = place[0] if place else ""
        keys = (*_sections().get(section, ()), *(() if section else _sections()))
        shown = f"[{section}] {unknown[1]}" if section else unknown[1]
        return f"{path.name}: {shown} is no setting{_near(unknown[1], filter(None, keys))}"
    if place in origins:
        return f"{origins[place]}: {rule}"
    shown = f"[{place[0]}] {place[1]}" if len(place) > 1 else "".join(place)
    return f"{path.name}: {shown}: {rule}"


def _check(settings: Settings) -> None:
    """Checks that types cannot express. Raises SettingsError."""
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"timezone: {settings.timezone!r} is no time zone, as Asia/Shanghai is"
        ) from error
    url = settings.http.public_url
    if url and not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", url):
        raise SettingsError(f"[http] public_url: {url!r} must look like https://linli.example.com")
    if settings.database_url and not settings.database_url.startswith(
        ("sqlite:///", "postgresql://", "postgres://")
    ):
        raise SettingsError("database_url must begin with sqlite:/// or postgresql://")
    if settings.tls.key and not settings.tls.certificate:
        raise SettingsError("[tls] key is given without certificate")
    if settings.amqp.url and not re.match(r"amqps?://[^/\s]+", settings.amqp.url):
        raise SettingsError("[amqp] url must look like amqp://linli:password@127.0.0.1:5672/linli")
    if settings.amqp.port and not settings.amqp.url:
        raise SettingsError("[amqp] port needs the url of RabbitMQ")
    _check_objects(settings.objects)
    if (settings.sms.provider == "http") != bool(settings.sms.url):
        raise SettingsError('[sms] url and provider = "http" go together')
    if settings.push.contact and not re.match(r"(mailto:|https://)[^\s]+", settings.push.contact):
        raise SettingsError("[push] contact must look like mailto:it@example.com or https://example.com")
    for name, provider in settings.sign_in.providers.items():
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", name):
            raise SettingsError(f"[sign_in.providers] {name}: a name has small letters, digits and hyphens")
        needed = ("issuer",) if provider.kind == "oidc" else ("authorize_url", "token_url", "userinfo_url")
        for field in needed:
            if not re.match(r"https?://[^/\s]+", getattr(provider, field)):
                raise SettingsError(f"[sign_in.providers.{name}] {field} must be an http(s) address")
    if fault := settings.sip.trunk.fault():
        raise SettingsError(f"[sip.trunk] {fault}")
    if settings.sip.trunk.host and not settings.sip.port:
        raise SettingsError("[sip.trunk] host needs [sip] port")
    if settings.mqtt.plain == "off" and not settings.mqtt.tls_at:
        raise SettingsError('[mqtt] plain = "off" needs a tls_port')


def _check_objects(objects: Objects) -> None:
    if objects.endpoint and not re.fullmatch(r"https?://[^/\s?#@]+(/[^\s?#]*)?", objects.endpoint):
        raise SettingsError("[objects] endpoint must look like https://minio.example.com:9000")
    if objects.store != "s3":
        return
    for field in ("bucket", "access_key"):
        if not getattr(objects, field):
            raise SettingsError(f'[objects] store = "s3" needs {field}')
    if bool(objects.secret_key) == bool(objects.secret_file):
        raise SettingsError('[objects] store = "s3" needs either secret_key or secret_file')
