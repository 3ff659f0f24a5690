"""The air between a page and simulated doors: a browser's Bluetooth whose bytes are the doors' own.

Chromium here has no radio. What stands in for it is only the browser's interface: `navigator.bluetooth` is joined to the
byte pipes of the project's door simulator, so that a page's frames are read, decrypted, judged and answered by the same
code that the door protocol's vectors are tested with.
"""

import asyncio
import random
import select
import socket
import threading
import time
from collections.abc import Awaitable, Callable

from playwright.sync_api import BrowserContext

from linli.edge.doors.simulator.ble import BleDoor, BlePipe
from linli.edge.doors.simulator.memory import Memory
from linli.protocols.door_http.messages import permissions

SHIM = """
(() => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (one) => parseInt(one, 16))
  const two = (byte) => byte.toString(16).padStart(2, '0')
  const hex = (value) => Array.from(new Uint8Array(value.buffer ?? value), two).join('')
  const SERVICE = 'f6ecfffa-bda1-46ec-a43a-6d86de88561d'
  const network = (name) => new DOMException(name, 'NetworkError')
  window.__written = []
  class Characteristic extends EventTarget {
    constructor(device, properties) { super(); this.device = device; this.properties = properties }
    async startNotifications() { this.device.answers = this; return this }
    async writeValueWithResponse(value) {
      const piece = hex(value)
      window.__written.push(piece)
      if (!(await window.__airWrite(piece))) throw network('GATT operation failed')
      this.device.listen()
    }
  }
  class BluetoothDevice extends EventTarget {
    constructor(name) {
      super()
      this.name = name
      const device = this
      const can = { write: false, writeWithoutResponse: false, notify: false, indicate: false }
      const service = {
        async getCharacteristic(uuid) {
          if (uuid.startsWith('af20ffa7')) return new Characteristic(device, { ...can, write: true })
          if (uuid.startsWith('af20ffa8')) return new Characteristic(device, { ...can, notify: true })
          throw new DOMException('no such characteristic', 'NotFoundError')
        },
      }
      this.gatt = {
        connected: false,
        async connect() {
          if (!(await window.__airConnected())) throw network('Connection failed')
          this.connected = true
          return this
        },
        disconnect() { this.connected = false; void window.__airHangUp() },
        async getPrimaryService(uuid) {
          if (uuid !== SERVICE) throw new DOMException('no such service', 'NotFoundError')
          return service
        },
      }
    }
    async watchAdvertisements({ signal } = {}) {
      const heard = await window.__airHear(this.name)
      if (!heard || signal?.aborted) return
      const wire = bytes(heard)
      const event = new Event('advertisementreceived')
      // As browsers read it: the first two bytes of the manufacturer's data are the company's number.
      event.manufacturerData = new Map([[wire[27] | (wire[28] << 8), new DataView(wire.buffer, 29, 2)]])
      setTimeout(() => this.dispatchEvent(event))
    }
    async listen() {
      while (this.gatt.connected) {
        const heard = await window.__airAnswer()
        if (heard && this.answers) {
          this.answers.value = new DataView(bytes(heard).buffer)
          this.answers.dispatchEvent(new Event('characteristicvaluechanged'))
          return
        }
        await new Promise((done) => setTimeout(done, 50))
      }
    }
  }
  window.BluetoothDevice = BluetoothDevice
  const radio = {
    async getAvailability() { return true },
    async requestDevice(options) {
      window.__asked = { filters: options.filters, companies: options.optionalManufacturerData.length,
                         services: options.optionalServices }
      if (window.__closesList) throw new DOMException('User cancelled the requestDevice() chooser.', 'NotFoundError')
      return new BluetoothDevice(options.filters[0].name)
    },
  }
  Object.defineProperty(navigator, 'bluetooth', { value: radio, configurable: true })
})()
"""


class Air:
    """Simulated doors by name, on a loop of their own, and the one connection that a page has."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._ports: dict[str, int] = {}
        self._line: socket.socket | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.opened: list[tuple[str, str]] = []
        """(door, card) of each time that a lock was released."""

    def door(self, name: str, *cards: str) -> None:
        """A door whose memory holds these Bluetooth cards, as `/bleAC/syncPermissions` brings them."""
        memory = Memory()
        entries = [
            permissions.Permission(
                type=permissions.ADD, card_id=card, effective_time="0", expiry_time=str(2**52)
            )
            for card in cards
        ]
        memory.serve("/bleAC/syncPermissions", permissions.SyncPermissions(token="t", permissions=entries))

        async def admit(card: str) -> bool:
            opens = memory.ble_card(card, time.time_ns() // 1_000_000).opens
            if opens:
                self.opened.append((name, card))
            return opens

        self._run(self._start(name, admit))

    def join(self, context: BrowserContext) -> None:
        """Give a browser this air instead of a radio."""
        for name, call in {
            "__airHear": self._hear, "__airConnected": self._connected, "__airWrite": self._write,
            "__airAnswer": self._answer, "__airHangUp": self._hang_up,
        }.items():  # fmt: skip
            context.expose_function(name, call)
        context.add_init_script(SHIM)

    def close(self) -> None:
        self._hang_up()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _start(self, name: str, admit: Callable[[str], Awaitable[bool]]) -> None:
        pipe = BlePipe(BleDoor(name, self._order, admit, random.Random(7)))
        await pipe.start()
        self._ports[name] = pipe.port

    def _run(self, work: Awaitable[None]) -> None:
        async def done() -> None:
            await work

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(60)

    # what the page does

    def _hear(self, name: str) -> str:
        """The advertisement of a door that is in range and free; else nothing."""
        self._hang_up()
        if name not in self._ports:
            return ""
        self._line = socket.create_connection(("127.0.0.1", self._ports[name]), 60)
        return self._line.recv(31).hex()

    def _connected(self) -> bool:
        return self._line is not None

    def _write(self, piece: str) -> bool:
        if self._line is None:
            return False
        self._line.sendall(bytes.fromhex(piece))
        return True

    def _answer(self) -> str:
        if self._line is None or not select.select([self._line], [], [], 0.05)[0]:
            return ""
        return self._line.recv(64).hex()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
