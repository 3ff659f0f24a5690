"""The cases for a camera of 大华."""

from linli.edge.drivers.dahua_itsapi.cases import CASES

__all__ = ["CASES"]
