"""Installation forms of drivers, as both sides read them: the box that runs a driver, the cloud that draws its form.

A form is a typed class; its JSON schema (`form_of`) draws the console's form and is what the free editor is checked
against. A driver of others brings such a schema in its package.
"""

from linli.protocols.driver_forms.base import (
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
    "FormBad",
    "NoConfig",
    "Secret",
    "form_of",
    "read_values",
    "secrets_of",
    "shown",
]
