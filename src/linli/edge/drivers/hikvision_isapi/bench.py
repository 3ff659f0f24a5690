"""The cases for a camera of 海康."""

from linli.edge.drivers.hikvision_isapi.cases import CASES

__all__ = ["CASES"]
