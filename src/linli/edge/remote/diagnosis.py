"""The network diagnosis of the box: each layer from the cable up to the drivers. Sources: spec C 4.4-4.5, H 3.6, 5.9.

`linli edge diagnose` prints it and saves it; the cloud runs the same from afar. It only looks: nothing is changed.
"""

import shutil
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from linli import __version__
from linli.edge.framework.supervisor import State, Status
from linli.edge.remote import network
from linli.edge.remote.figures import ROOT, Meter
from linli.kernel.clock import Clock
from linli.kernel.http.client import Client
from linli.protocols.edge_remote.diagnosis import Diagnosis, Finding, Level

INTERNET: Final = "223.5.5.5"
"""The addresses that the box pings to check its way outside (H 5.9 A)."""
CLOCK_WARN_MS: Final = 5_000
CLOCK_ERROR_MS: Final = 300_000
"""Beyond it the cloud refuses the box's signature."""
FULL_WARN: Final = 85.0
FULL_ERROR: Final = 95.0
"""Percent of disk or memory in use."""
SLOW_MS: Final = 200.0
_HTTP_SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True)
class Target:
    """The addresses that the box should reach. Parts that are empty are left out."""

    cloud: str = ""
    """Base URL."""
    mqtt_host: str = ""
    mqtt_port: int = 0
    internet: str = INTERNET
    segments: Sequence[str] = ()
    """Gateways of further networks (VLANs) in which devices stand."""


@dataclass(slots=True)
class Doctor:
    """Runs the steps in order. `drivers` tells what the runtime runs, where it runs at all."""

    clock: Clock
    data: Path
    target: Target
    drivers: Callable[[], Sequence[Status]] | None = None
    root: Path = ROOT
    _reached: bool = field(default=False, init=False)

    async def diagnose(self) -> Diagnosis:
        return self.result([step async for step in self.steps()])

    def result(self, findings: list[Finding]) -> Diagnosis:
        """The findings of `steps`, with the network files in force."""
        files = network.files(self.root)
        return Diagnosis(self.clock.now_ms(), __version__, socket.gethostname(), findings, files)

    async def steps(self) -> AsyncIterator[Finding]:
        """Each finding as soon as it is there."""
        for finding in self._interfaces():
            yield finding
        gateways = self._gateways()
        yield self._route(gateways)
        for gateway in gateways:
            yield await self._pinged("gateway", str(gateway))
        for address in self.target.segments:
            yield await self._pinged("segment", address)
        cloud = [finding async for finding in self._cloud()]
        yield await self._internet()
        for finding in cloud:
            yield finding
        for finding in self._machine():
            yield finding

    # the LAN

    def _interfaces(self) -> list[Finding]:
        interfaces = network.interfaces(self.root)
        findings = []
        for interface in interfaces:
            if interface.address is None:
                # A second, unused port is no fault; a cable without an address is.
                outcome, level = (
                    ("no_address", "warning") if interface.carrier and interface.up else ("unused", "ok")
                )
                findings.append(Finding("interfaces", outcome, _level(level), interface.name))
                continue
            facts = {"address": str(interface.address)}
            if not interface.carrier:
                findings.append(Finding("interfaces", "no_cable", "error", interface.name, facts))
            else:
                findings.append(Finding("interfaces", "ok", "ok", interface.name, facts))
        if not any(interface.address is not None for interface in interfaces):
            findings.append(Finding("interfaces", "none", "error"))
        return findings

    def _gateways(self) -> list[IPv4Address]:
        defaults = [
            route.gateway
            for route in network.routes(self.root)
            if route.network.network.prefixlen == 0 and route.gateway
        ]
        return list(dict.fromkeys(defaults))

    def _route(self, gateways: Sequence[IPv4Address]) -> Finding:
        named = ", ".join(map(str, gateways))
        if not gateways:
            return Finding("route", "none", "error")
        if len(gateways) > 1:
            return Finding("route", "several", "warning", named)
        return Finding("route", "ok", "ok", named)

    async def _pinged(self, step: str, address: str) -> Finding:
        took = await network.ping(address)
        if took is None:
            return Finding(step, "silent", "error", address)
        outcome, level = ("slow", "warning") if took > SLOW_MS else ("ok", "ok")
        return Finding(step, outcome, _level(level), address, {"ms": round(took, 1)})

    # the WAN

    async def _internet(self) -> Finding:
        address = self.target.internet
        took = await network.ping(address)
        if took is not None:
            return Finding("internet", "ok", "ok", address, {"ms": round(took, 1)})
        # A platform on the site's own network needs no outside.
        return Finding(
            "internet",
            "closed" if self._reached else "silent",
            "warning" if self._reached else "error",
            address,
        )

    async def _cloud(self) -> AsyncIterator[Finding]:
        host = urlsplit(self.target.cloud).hostname or ""
        findings = await self._names([name for name in (host, self.target.mqtt_host) if name])
        for finding in findings:
            yield finding
        if host:
            for finding in await self._cloud_http():
                yield finding
        if self.target.mqtt_host:
            yield await self._cloud_mqtt()

    async def _names(self, hosts: Sequence[str]) -> list[Finding]:
        findings = []
        servers = ", ".join(network.resolvers(self.root)) or "-"
        for host in dict.fromkeys(hosts):
            if host.replace(".", "").isdecimal() or ":" in host:
                continue
            addresses = await network.resolves(host)
            facts = {"servers": servers, "addresses": ", ".join(addresses)}
            outcome, level = ("ok", "ok") if addresses else ("unknown", "error")
            findings.append(Finding("dns", outcome, _level(level), host, facts))
        return findings

    async def _cloud_http(self) -> list[Finding]:
        url = f"{self.target.cloud}/healthz"
        began = self.clock.now_ms()
        try:
            async with Client(timeout=_HTTP_SECONDS, trust_env=False) as client:
                answer = await client.get(url)
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            return [Finding("cloud_http", "closed", "error", self.target.cloud, {"why": why})]
        took = self.clock.now_ms() - began
        facts = {"status": answer.status_code, "ms": took}
        if answer.status_code >= 400:
            return [Finding("cloud_http", "wrong", "error", self.target.cloud, facts)]
        self._reached = True
        return [
            Finding("cloud_http", "ok", "ok", self.target.cloud, facts),
            *self._clock(answer, began, took),
        ]

    def _clock(self, answer: httpx.Response, began_ms: int, took_ms: int) -> list[Finding]:
        """Against the Date of the cloud's answer, which knows whole seconds."""
        try:
            theirs = parsedate_to_datetime(answer.headers["date"]).timestamp() * 1000 + 500
        except (KeyError, ValueError, TypeError):
            return []
        off = round(began_ms + took_ms / 2 - theirs)
        size = max(0, abs(off) - 500)
        level: Level = "error" if size > CLOCK_ERROR_MS else "warning" if size > CLOCK_WARN_MS else "ok"
        return [
            Finding("clock", "ok" if level == "ok" else "off", level, "", {"seconds": round(off / 1000, 1)})
        ]

    async def _cloud_mqtt(self) -> Finding:
        host, port = self.target.mqtt_host, self.target.mqtt_port
        why = await network.connects(host, port)
        subject = f"{host}:{port}"
        if why:
            return Finding("cloud_mqtt", "closed", "error", subject, {"why": why})
        return Finding("cloud_mqtt", "ok", "ok", subject)

    # the machine and what runs on it

    def _machine(self) -> list[Finding]:
        figures = Meter(self.data, self.root).read()
        findings = [_fullness("disk", figures.disk, self._free()), _fullness("memory", figures.memory, "")]
        if self.drivers is None:
            return findings
        statuses = self.drivers()
        if not statuses:
            findings.append(Finding("drivers", "none", "warning"))
        for status in statuses:
            facts = {
                "version": status.version,
                "devices": len(status.devices),
                "why": status.why,
                "state": status.state.value,
            }
            well = status.state is State.RUNNING
            findings.append(
                Finding("drivers", "ok" if well else "down", "ok" if well else "error", status.driver, facts)
            )
        return findings

    def _free(self) -> str:
        try:
            return f"{shutil.disk_usage(self.data).free / 2**30:.1f} GiB"
        except OSError:
            return "?"


def _fullness(step: str, percent: float, free: str) -> Finding:
    level: Level = "error" if percent >= FULL_ERROR else "warning" if percent >= FULL_WARN else "ok"
    return Finding(step, "ok" if level == "ok" else "full", level, "", {"percent": percent, "free": free})


def _level(text: str) -> Level:
    return "ok" if text == "ok" else "warning" if text == "warning" else "error"
