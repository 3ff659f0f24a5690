"""All tables of all rooms, for comparing them with a database."""

import importlib
import pkgutil

from sqlalchemy import MetaData

import linli
from linli.kernel.db import metadata


def all_models() -> MetaData:
    """Import every module that defines tables (the kernel's, and each room's `models`). Returns their tables."""
    for module in pkgutil.walk_packages(linli.__path__, "linli."):
        parts = module.name.split(".")
        if "models" in parts or parts[1] == "kernel":
            importlib.import_module(module.name)
    return metadata
