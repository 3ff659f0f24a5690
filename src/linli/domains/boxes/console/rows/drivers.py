"""Drivers, their packages and the keys that sign them, as the console shows them and sends them."""

from typing import Annotated

import msgspec
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.boxes.queries.drivers import Driver
from linli.domains.boxes.rows import Package, TrustedKey


class DriverRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    protocol: str
    owner: str
    versions: list[str]
    built_in: bool
    listens: list[int]
    certified: Annotated[list[str], Meta(description="Versions that may be used in projects.")]
    needs_package: Annotated[
        bool, Meta(description="Its protocol is not public, and no package of its vendor is here.")
    ]

    @staticmethod
    def of(row: Driver, certified: frozenset[tuple[str, str]]) -> "DriverRow":
        return DriverRow(
            id=row.driver_id,
            name=row.name,
            protocol=row.protocol,
            owner=row.owner,
            versions=row.versions,
            built_in=bool(row.built_in),
            listens=row.listens,
            certified=[version for version in row.versions if (row.driver_id, version) in certified],
            needs_package=row.needs_package(row.versions[0]),
        )


class PackageRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    driver_id: str
    name: str
    version: str
    protocol: str
    owner: str
    size: int
    sha256: str
    key_name: str
    created_ms: int

    @staticmethod
    def of(row: Package, keys: dict[int, TrustedKey]) -> "PackageRow":
        key = keys.get(row.key_id)
        return PackageRow(
            id=str(row.package_id),
            driver_id=row.driver_id,
            name=row.name,
            version=row.version,
            protocol=row.protocol,
            owner=row.owner,
            size=row.size,
            sha256=row.sha256,
            key_name=key.name if key else "",
            created_ms=row.created_ms,
        )


class PackageFiles(msgspec.Struct):
    package: UploadFile
    signature: UploadFile


class TrustedKeyForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    public_key: Annotated[str, Meta(description="Ed25519, PEM or base64.")]


class TrustedKeyRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    public_key: str
    created_ms: int
