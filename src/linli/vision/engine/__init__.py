"""The face engine as the rest of the platform meets it: one asynchronous interface, whatever runs behind it."""

from linli.vision.engine.ports import (
    Busy,
    Change,
    Engine,
    EngineError,
    NoPicture,
    Off,
    State,
    TooSlow,
)

__all__ = ["Busy", "Change", "Engine", "EngineError", "NoPicture", "Off", "State", "TooSlow"]
