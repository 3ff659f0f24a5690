"""`linli driver …`: list, begin, certify, pack, install."""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from linli.edge.bench import commands as adapter_commands
from linli.edge.bench import report as reports
from linli.edge.bench.manual import ManualSubject
from linli.edge.bench.runner import Report, certify_device, certify_simulator
from linli.edge.foreign import package as packages
from linli.edge.framework.discovery import OWN, Broken, Installed, discover
from linli.edge.framework.manifest import Manifest
from linli.edge.scaffold import ScaffoldError, new_driver

DONE, FAILED, WRONG = 0, 1, 2


def run(arguments: Sequence[str]) -> int:
    """The exit code: 0 done, 1 failed, 2 wrong words."""
    words = _parser().parse_args(arguments)
    code: int = words.run(words)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="linli driver", description="Drivers of the box.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument("--folder", type=Path, default=Path("drivers"), help="where your own drivers are")

    command = commands.add_parser(
        "list", parents=[folder], help="list the drivers, broken ones with their reason"
    )
    command.set_defaults(run=_list)

    command = commands.add_parser(
        "new", parents=[folder], help="begin a driver: a folder that runs and is certified"
    )
    command.add_argument("id", help="the folder's name, e.g. acme_meter")
    command.add_argument("--name", required=True, help="vendor_model_domain_function, e.g. Acme_EBA_Meter")
    command.add_argument("--owner", required=True, help="who answers for it")
    command.set_defaults(run=_new)

    command = commands.add_parser(
        "bench", parents=[folder], help="run the certification cases and sign a report"
    )
    command.add_argument("id")
    command.add_argument(
        "--device",
        type=json.loads,
        metavar="JSON",
        help="configuration of a real device, else the simulator",
    )
    command.add_argument(
        "--config", type=json.loads, default={}, metavar="JSON", help="the driver's, for a real device"
    )
    command.add_argument("--abilities", default="", help="of the real device, e.g. card,face")
    command.add_argument(
        "--called", default="", help="what the report calls the device, e.g. its serial number"
    )
    command.add_argument("--out", type=Path, default=Path("certification"), help="folder for the report")
    command.add_argument(
        "--key", type=Path, default=Path("bench-key.pem"), help="signing key, made at first use"
    )
    command.set_defaults(run=_bench)

    command = commands.add_parser(
        "pack", help="make a signed package of a driver that runs in its own process"
    )
    command.add_argument("code", type=Path, help="the folder with index.py")
    for name, help_text in (
        ("id", "e.g. acme_controller"),
        ("name", "vendor_model_domain_function"),
        ("version", "e.g. 1.0.0"),
        ("owner", "who answers for it"),
    ):
        command.add_argument(f"--{name}", required=True, help=help_text)
    command.add_argument("--protocol", default="自定义", help="as people choose it in the console")
    command.add_argument("--out", type=Path, default=Path(), help="folder for the package and its signature")
    command.add_argument(
        "--key", type=Path, default=Path("driver-key.pem"), help="signing key, made at first use"
    )
    command.set_defaults(run=_pack)

    command = commands.add_parser(
        "install", parents=[folder], help="check a package's signature and unpack it"
    )
    command.add_argument("package", type=Path)
    command.add_argument(
        "--trust", type=Path, required=True, action="append", help="public key (PEM) of the vendor"
    )
    command.set_defaults(run=_install)

    command = commands.add_parser("verify", help="check the signature of a report")
    command.add_argument("report", type=Path)
    command.add_argument("--by", help="fingerprint of the key that must have signed it")
    command.set_defaults(run=_verify)
    adapter_commands.add_to(commands)
    return parser


def _discover_all(words: argparse.Namespace) -> tuple[dict[str, Installed], list[Broken]]:
    drivers, broken = discover((OWN, words.folder))
    return packages.installed_packages(words.folder) | drivers, broken


def _list(words: argparse.Namespace) -> int:
    drivers, broken = _discover_all(words)
    for driver in drivers.values():
        manifest = driver.manifest
        print(f"{manifest.id:20} {manifest.version:8} {manifest.protocol}")
    for broken_driver in broken:
        print(f"{broken_driver.folder.name:20} broken: {broken_driver.why}")
    return FAILED if broken else DONE


def _new(words: argparse.Namespace) -> int:
    try:
        folder = new_driver(words.folder, words.id, name=words.name, owner=words.owner)
    except ScaffoldError as error:
        print(f"linli driver new: {error}")
        return WRONG
    print(f"{folder}: change codec.py and mapping.py, then run: linli driver bench {words.id}")
    return DONE


def _bench(words: argparse.Namespace) -> int:
    drivers, broken = _discover_all(words)
    installed = drivers.get(words.id)
    if installed is None:
        why = next(
            (broken_driver.why for broken_driver in broken if broken_driver.folder.name == words.id),
            "there is no such driver",
        )
        print(f"linli driver bench: {words.id}: {why}")
        return WRONG
    with tempfile.TemporaryDirectory() as scratch:
        report = asyncio.run(_certify(words, installed, Path(scratch)))
    for case in report.cases:
        print(f"{case.outcome:8} {case.id:24} {case.title['en']}{f' ({case.why})' if case.why else ''}")
    for fault in report.folder:
        print(f"folder   {fault}")
    file = reports.write(report, reports.signing_key(words.key), words.out)
    print(f"{'passed' if report.passed else 'FAILED'}: {file}")
    return DONE if report.passed else FAILED


async def _certify(words: argparse.Namespace, installed: Installed, scratch: Path) -> Report:
    if words.device is None:
        return await certify_simulator(installed, scratch)
    abilities = frozenset(filter(None, words.abilities.split(",")))
    subject = ManualSubject(words.config, words.device, abilities or frozenset(installed.manifest.abilities))
    return await certify_device(installed, subject, scratch, device=words.called or "a device")


def _pack(words: argparse.Namespace) -> int:
    try:
        manifest = Manifest(
            id=words.id, name=words.name, version=words.version, protocol=words.protocol, owner=words.owner
        )
        manifest = msgspec.convert(msgspec.to_builtins(manifest), Manifest)  # the field rules too
        package = packages.pack(words.code, manifest)
    except (ValueError, OSError) as error:
        print(f"linli driver pack: {error}")
        return WRONG
    key = reports.signing_key(words.key)
    words.out.mkdir(parents=True, exist_ok=True)
    file = words.out / f"{words.id}-{words.version}.zip"
    file.write_bytes(package)
    file.with_suffix(".zip.sig").write_bytes(key.sign(package))
    public = words.key.with_suffix(".pub.pem")
    public.write_bytes(reports.public_pem(key))
    print(f"{file}, signed; give {public} to those who install it")
    return DONE


def _install(words: argparse.Namespace) -> int:
    try:
        package = words.package.read_bytes()
        signature = words.package.with_suffix(".zip.sig").read_bytes()
        packages.check_signature(package, signature, [reports.public_key(key) for key in words.trust])
        folder = packages.unpack(package, words.folder, packages.manifest_of(package))
    except (OSError, ValueError) as error:
        print(f"linli driver install: {error}")
        return FAILED
    print(f"{folder}")
    return DONE


def _verify(words: argparse.Namespace) -> int:
    try:
        report, key = reports.verify(words.report.read_bytes(), by=words.by)
    except (OSError, reports.ReportInvalid) as error:
        print(f"linli driver verify: {error}")
        return FAILED
    print(
        f"{'passed' if report.passed else 'FAILED'}: {report.driver} {report.driver_version}, {report.device}; key {key}"
    )
    return DONE
