"""The published cases for a machine of this protocol."""

from linli.edge.doors.cases import CASES

__all__ = ["CASES"]
