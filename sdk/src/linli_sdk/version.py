"""The version of the SDK: that of the platform it was released with."""

__version__ = "0.2.0"
