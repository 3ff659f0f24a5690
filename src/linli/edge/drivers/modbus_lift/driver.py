"""The driver of 电梯 Modbus 协议: controllers, and the lines to them that several may share."""

from collections.abc import Mapping
from typing import Any

from linli.edge.drivers.modbus_lift.config import Device
from linli.edge.drivers.modbus_lift.controller import Controller
from linli.edge.drivers.modbus_lift.line import ModbusLine
from linli.edge.framework import BaseDriver, ConfigBad, DeviceUnknown, DriverContext
from linli.edge.framework.forms import NoConfig


class ModbusLiftDriver(BaseDriver):
    def __init__(self, context: DriverContext[NoConfig, Device]) -> None:
        """Raises ConfigBad for two devices that have one controller."""
        self._context = context
        self._lines: dict[tuple[str, int], ModbusLine] = {}
        self._controllers: dict[str, Controller] = {}
        taken: dict[tuple[str, int, int], str] = {}
        for device in context.devices:
            form = device.custom
            units = {form.unit if car.unit is None else car.unit for car in form.cars}
            for unit in sorted(units):
                other = taken.setdefault((form.ip, form.port, unit), device.name)
                if other != device.name:
                    raise ConfigBad(
                        field=device.name, rule=f"{other} has unit {unit} of this address already"
                    )
            line = self._lines.get((form.ip, form.port))
            if line is None:
                line = ModbusLine(form.ip, form.port, form.framing, form.timeout_ms / 1000)
                self._lines[form.ip, form.port] = line
            elif line.framing != form.framing:
                raise ConfigBad(field=device.name, rule="devices of one address have one framing")
            self._controllers[device.name] = Controller(context, device, line)

    async def start(self) -> None:
        for name, controller in self._controllers.items():
            self._context.spawn(controller.tend(), f"modbus-lift-{name}")

    async def stop(self) -> None:
        for controller in self._controllers.values():
            await controller.leave()
        for line in self._lines.values():
            line.close()

    def controller(self, device: str) -> Controller:
        """Raises DeviceUnknown."""
        controller = self._controllers.get(device)
        if controller is None:
            raise DeviceUnknown(device)
        return controller

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self.controller(device).call(service, params)


def create(context: DriverContext[NoConfig, Device]) -> ModbusLiftDriver:
    return ModbusLiftDriver(context)
