"""Configurations of drivers: the classes of `protocols.driver_forms` with the appliance's own error."""

from collections.abc import Mapping
from typing import Any

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

__all__ = ["HIDDEN", "DriverConfig", "NoConfig", "Secret", "form_of", "read_config", "secrets_of", "shown"]


def read_config[C: DriverConfig](kind: type[C], values: Mapping[str, Any], *, where: str = "") -> C:
    """Check what a person or the platform gave. `where` goes before the field. Raises ConfigBad."""
    try:
        return read_values(kind, values)
    except FormBad as bad:
        raise ConfigBad(field=".".join(filter(None, (where, bad.field))) or "config", rule=bad.rule) from None
