"""What the video component keeps in the box's file: devices, certificates, gateways. In memory too, written through."""

import sqlite3

import msgspec

from linli.edge.store import Store
from linli.edge.video.rows import Certificate, VideoDevice
from linli.protocols.edge_link import DeviceKey

_encode = msgspec.json.Encoder().encode


class Kept:
    """`devices` by number, `certificates` by DeviceName, `gateways` by instance."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.devices: dict[int, VideoDevice] = {}
        self.certificates: dict[str, Certificate] = {}
        self.gateways: dict[int, DeviceKey] = {}

    async def load(self) -> None:
        def read(connection: sqlite3.Connection) -> None:
            rows = connection.execute("SELECT no, body FROM video_devices ORDER BY no")
            self.devices = {no: msgspec.json.decode(body, type=VideoDevice) for no, body in rows}
            rows = connection.execute(
                "SELECT product_key, device_name, device_secret FROM video_certificates"
            )
            self.certificates = {row[1]: Certificate(*row) for row in rows}
            rows = connection.execute(
                "SELECT instance, product_key, device_name, device_secret FROM video_gateways"
            )
            self.gateways = {row[0]: Certificate(*row[1:]).key for row in rows}

        await self._store.read(read)

    async def add(self, devices: list[VideoDevice]) -> list[VideoDevice]:
        """All or none; their numbers are given here. The parent of a channel that is added with its recorder is -1."""

        def write(connection: sqlite3.Connection) -> list[VideoDevice]:
            added: list[VideoDevice] = []
            for device in devices:
                cursor = connection.execute("INSERT INTO video_devices (body) VALUES (?)", (b"{}",))
                parent = added[0].no if device.parent < 0 else device.parent
                row = msgspec.structs.replace(device, no=int(cursor.lastrowid or 0), parent=parent)
                connection.execute("UPDATE video_devices SET body = ? WHERE no = ?", (_encode(row), row.no))
                added.append(row)
            return added

        rows = await self._store.write(write)
        self.devices |= {row.no: row for row in rows}
        return rows

    async def change(self, *devices: VideoDevice) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "UPDATE video_devices SET body = ? WHERE no = ?", [(_encode(row), row.no) for row in devices]
            )

        await self._store.write(write)
        self.devices |= {row.no: row for row in devices}

    async def delete(self, numbers: list[int]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM video_devices WHERE no = ?", [(no,) for no in numbers])

        await self._store.write(write)
        for no in numbers:
            self.devices.pop(no, None)

    async def take_certificates(self, certificates: list[Certificate]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO video_certificates (product_key, device_name, device_secret) VALUES (?, ?, ?)",
                [(each.product_key, each.device_name, each.device_secret) for each in certificates],
            )

        await self._store.write(write)
        self.certificates |= {each.device_name: each for each in certificates}

    async def set_gateway(self, instance: int, key: DeviceKey) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO video_gateways VALUES (?, ?, ?, ?)",
                (instance, key.product_key, key.device_name, key.device_secret),
            )

        await self._store.write(write)
        self.gateways[instance] = key
