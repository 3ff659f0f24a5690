"""Installation forms of drivers, as both sides read them: the box that runs a driver, the cloud that draws its form.

A form is a typed class; its JSON schema (`form_of`) draws the console's form and is what the free editor is checked
against (`faults_of`), also for a driver of others whose class nobody here has.
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
from linli.protocols.driver_forms.schema_check import Fault, faults_of

__all__ = [
    "HIDDEN",
    "DriverConfig",
    "Fault",
    "FormBad",
    "NoConfig",
    "Secret",
    "faults_of",
    "form_of",
    "read_values",
    "secrets_of",
    "shown",
]
