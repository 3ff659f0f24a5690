"""A connection to Modbus units: reading and writing points, with the failures in words. pymodbus has the frames."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from pymodbus import FramerType, ModbusException
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusIOException
from pymodbus.pdu import ModbusPDU

from linli.protocols.driver_forms.modbus_points import Framing, Place

_FRAMERS: Final = {"tcp": FramerType.SOCKET, "rtu": FramerType.RTU}
_LIBRARY: Final = "pymodbus.logging"
"""It writes every frame into the log when an answer is missing; what failed is told here."""
EXCEPTION: Final = 1000
"""Codes of exceptions are told from here on: small ones have a meaning of their own at lifts."""
_EXCEPTIONS: Final = {
    1: "illegal function", 2: "illegal data address", 3: "illegal data value", 4: "device failure",
    5: "acknowledge", 6: "device busy", 8: "memory parity error", 10: "gateway path unavailable",
    11: "gateway target does not respond",
}  # fmt: skip


class LineFailed(Exception):
    """Nothing came, or no connection; the text says so for a person."""


class LineRefused(Exception):
    """The unit answered with an exception code."""

    def __init__(self, code: int, where: str) -> None:
        super().__init__(f"Modbus exception {code} ({_EXCEPTIONS.get(code, 'unknown')}) at {where}")
        self.code = EXCEPTION + code


class ModbusLine:
    """Opens when it is first used, and again after a failure. Requests go one after the other."""

    def __init__(self, ip: str, port: int, framing: Framing, timeout_s: float) -> None:
        self.framing = framing
        self._ip, self._port, self._timeout_s = ip, port, timeout_s
        self._client: AsyncModbusTcpClient | None = None
        self._lock = asyncio.Lock()

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def read(self, unit: int, table: str, address: int, count: int) -> list[int]:
        """Raises LineFailed, LineRefused."""
        async with self._lock:
            return await self._read(unit, table, address, count)

    async def write(self, unit: int, place: Place, value: int) -> None:
        """A bit is written with the rest of its register as it was read. Raises LineFailed, LineRefused."""
        async with self._lock:
            if place.table == "coil":
                await self._ask(str(place), lambda client: client.write_coil(
                    place.address, bool(value), device_id=unit
                ))  # fmt: skip
                return
            word = value
            if place.bit is not None:
                (old,) = await self._read(unit, place.table, place.address, 1)
                word = old | 1 << place.bit if value else old & ~(1 << place.bit)
            await self._ask(str(place), lambda client: client.write_register(
                place.address, word, device_id=unit
            ))  # fmt: skip

    async def _read(self, unit: int, table: str, address: int, count: int) -> list[int]:
        def ask(client: AsyncModbusTcpClient) -> Awaitable[ModbusPDU]:
            read: Any = {
                "coil": client.read_coils,
                "discrete": client.read_discrete_inputs,
                "holding": client.read_holding_registers,
                "input": client.read_input_registers,
            }[table]
            answer: Awaitable[ModbusPDU] = read(address, count=count, device_id=unit)
            return answer

        where = f"{table}:{address}" + (f"-{address + count - 1}" if count > 1 else "")
        answer = await self._ask(where, ask)
        values = answer.bits if table in ("coil", "discrete") else answer.registers
        if len(values) < count:
            raise self._failed(f"an answer that is too short for {where}")
        return [int(value) for value in values[:count]]

    async def _ask(
        self, where: str, ask: Callable[[AsyncModbusTcpClient], Awaitable[ModbusPDU]]
    ) -> ModbusPDU:
        client = await self._open()
        try:
            answer = await ask(client)
        except ModbusIOException:
            raise self._failed(f"no answer within {self._timeout_s:g} s for {where}") from None
        except (ModbusException, OSError) as error:
            raise self._failed(f"{where}: {error}") from None
        if answer.isError():
            raise LineRefused(answer.exception_code, where)
        return answer

    async def _open(self) -> AsyncModbusTcpClient:
        client = self._client
        if client is not None and client.connected:
            return client
        self.close()
        logging.getLogger(_LIBRARY).setLevel(logging.CRITICAL)
        client = AsyncModbusTcpClient(
            self._ip,
            port=self._port,
            framer=_FRAMERS[self.framing],
            timeout=self._timeout_s,
            retries=0,
            reconnect_delay=0,
        )
        if not await client.connect():
            client.close()
            raise LineFailed(f"{self._ip}:{self._port} cannot be reached")
        self._client = client
        return client

    def _failed(self, why: str) -> LineFailed:
        """What comes late must not be taken for the next answer: a serial line's frames have no numbers."""
        self.close()
        return LineFailed(f"{self._ip}:{self._port}: {why}")
