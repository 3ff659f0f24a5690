"""`linli edge diagnose`: look at the box's network on the spot. Sources: H-59, spec C 4.4."""

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from linli.edge.remote import network, report
from linli.edge.remote.diagnosis import INTERNET, Doctor, Target
from linli.kernel import i18n
from linli.kernel.clock import SystemClock
from linli.protocols.edge_remote.diagnosis import Diagnosis

DONE, FAULTS, WRONG = 0, 1, 2


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `diagnose` to the parser of `linli edge`."""
    parser = commands.add_parser(
        "diagnose", help="check network, platform, clock, disk; print and save the result"
    )
    parser.add_argument(
        "--home", type=Path, default=None, help="the box's folder; for the platform's address"
    )
    parser.add_argument("--cloud", default="", help="the platform's address, e.g. https://linli.example")
    parser.add_argument("--mqtt", default="", metavar="HOST:PORT", help="the platform's MQTT address")
    parser.add_argument("--internet", default=INTERNET, help="an address outside that answers pings")
    parser.add_argument(
        "--segment", action="append", default=[], metavar="IP", help="a VLAN's gateway; may be repeated"
    )
    parser.add_argument("--out", type=Path, default=Path(), help="where the result is saved")
    parser.add_argument("--language", choices=i18n.LANGUAGES, default=i18n.pick(os.environ.get("LANG")))
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(words: argparse.Namespace) -> int:
    """0 without errors, 1 with some, 2 for wrong words."""
    try:
        target = _target(words)
    except ValueError as error:
        print(f"linli edge diagnose: {error}")
        return WRONG
    home = words.home or Path()
    diagnosis = asyncio.run(_shown(Doctor(SystemClock(), home if home.exists() else Path(), target), words))
    language = words.language
    try:
        file = report.save(diagnosis, words.out, language)
    except OSError as error:
        print(f"linli edge diagnose: --out: {error.strerror}")
        return WRONG
    if not words.json:
        print(
            f"\n{report.summary(diagnosis, language)}\n{i18n.text('edge_report.saved', language, file=file)}"
        )
    return FAULTS if diagnosis.of("error") else DONE


async def _shown(doctor: Doctor, words: argparse.Namespace) -> Diagnosis:
    """Each step as soon as it is known, since some take seconds."""
    findings = []
    async for step in doctor.steps():
        findings.append(step)
        if not words.json:
            print(report.line(step, words.language), flush=True)
    diagnosis = doctor.result(findings)
    if words.json:
        print(json.dumps(report.plain(diagnosis), ensure_ascii=False))
    return diagnosis


def _target(words: argparse.Namespace) -> Target:
    """From the words, else from the box's identity. Raises ValueError."""
    cloud, host, port = words.cloud.rstrip("/"), "", 0
    if cloud and not urlsplit(cloud).hostname:
        raise ValueError("--cloud: must be an address like https://linli.example")
    if words.mqtt:
        host, _, number = words.mqtt.rpartition(":")
        if not host or not number.isdecimal() or not 0 < int(number) < 65536:
            raise ValueError("--mqtt: must be HOST:PORT")
        port = int(number)
    for name in (words.internet, *words.segment):
        if not network.is_address(name):
            raise ValueError(f"{name!r}: must be an IP address")
    identities = _identity(words.home)
    if not cloud:
        cloud = str(identities.get("cloud", {}).get("baseUrl", ""))
    if not host:
        mqtt = identities.get("mqtt", {})
        host, port = str(mqtt.get("host", "")), int(mqtt.get("port", 0))
    return Target(cloud, host, port, words.internet, words.segment)


def _identity(home: Path | None) -> dict[str, Any]:
    """The identity from the activation; empty before it."""
    if home is None:
        return {}
    try:
        identity = json.loads((home / "identity.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return identity if isinstance(identity, dict) else {}
