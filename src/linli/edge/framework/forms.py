"""Configurations of drivers: the classes of `protocols.driver_forms` with the box's own error."""

from collections.abc import Mapping
from typing import Any

import msgspec

from linli.edge.framework.errors import ConfigBad
from linli.protocols.driver_forms import (
    HIDDEN,
    DriverConfig,
    FormBad,
    NoConfig,
    Secret,
    form_of,
    read_values,
    secrets_of,
    shown,
)

__all__ = [
    "HIDDEN",
    "DriverConfig",
    "FreeConfig",
    "NoConfig",
    "Secret",
    "form_of",
    "read_config",
    "secrets_of",
    "shown",
]


class FreeConfig(DriverConfig, frozen=True, kw_only=True):
    """The settings of the vendor's driver (设备配置编辑框), passed on as typed: the driver checks them, not we."""

    values: dict[str, Any] = msgspec.field(default_factory=dict)


def read_config[C: DriverConfig](kind: type[C], values: Mapping[str, Any], *, where: str = "") -> C:
    """Check what a person or the platform gave. `where` goes before the field. Raises ConfigBad."""
    try:
        return kind(values=dict(values)) if issubclass(kind, FreeConfig) else read_values(kind, values)
    except FormBad as bad:
        raise ConfigBad(field=".".join(filter(None, (where, bad.field))) or "config", rule=bad.rule) from None
