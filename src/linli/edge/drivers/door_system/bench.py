"""What a machine of this protocol must do: the published cases."""

from linli.edge.doors.cases import CASES

__all__ = ["CASES"]
