"""`linli admin` as an operator or a script runs it, beside a server on the same database."""

import asyncio
import io
import json
import os
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from linli.admin import main
from linli.app import schema
from linli.domains.accounts.service import sessions
from linli.domains.communities.service import applications
from linli.domains.people.service import accounts, passwords
from linli.kernel import tenancy
from linli.kernel.db import open_database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import SignIn
from linli.things.service import devices
from tests.domains.communities.builders import POI_CSV, add_upload, application
from tests.real import forked

TSL = {"schema": "", "properties": [], "events": [], "services": []}


@pytest.fixture
async def installation(database_url: str, tmp_path: Path, monkeypatch, capsys):
    """A data folder whose database is the test's own, at the revision of this release."""
    if revision := schema.newest():
        db = await open_database(database_url)
        await db.run_script([
            "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)",
            f"INSERT INTO alembic_version VALUES ('{revision}')",
        ])  # fmt: skip
        await db.close()
    installation = Installation(database_url, tmp_path, capsys)
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    return installation


class Installation:
    def __init__(self, url: str, folder: Path, capsys) -> None:
        self.url, self.folder, self._capsys = url, folder, capsys
        self.environment = {
            "LANG": "en_US.UTF-8", "LC_ALL": "", "LINLI_DATA_DIR": str(folder / "data"), "LINLI_DATABASE_URL": url,
        }  # fmt: skip

    def run(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        """(exit code, standard output, standard error). In a thread, since the test has a loop of its own."""
        self._capsys.readouterr()

        def command() -> int:
            try:
                return main.run(words)
            except SystemExit as wrong:  # argparse
                return int(wrong.code or 0)

        with ThreadPoolExecutor(1) as thread, pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO(stdin))
            code = thread.submit(command).result()
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def as_process(self, *words: str) -> subprocess.CompletedProcess[str]:
        return forked.run(["admin", *words], os.environ)

    def done(self, *words: str, stdin: str = ""):
        """What a command that must succeed says as JSON."""
        code, out, err = self.run(*words, "--json", stdin=stdin)
        assert code == 0, err
        return json.loads(out)

    def refused(self, *words: str, stdin: str = "", code: int = 1):
        found, out, err = self.run(*words, "--json", stdin=stdin)
        assert found == code, (out, err)
        assert out == ""
        return json.loads(err)["error"] if code == 1 else err

    @property
    def secrets(self) -> Secrets:
        return Secrets.from_file(self.folder / "data" / "master.key")


async def test_a_whole_installation_from_the_command_line(installation, database):
    tenant = installation.done("create-tenant", "绿城物业")
    assert len(tenant["tenantId"]) == 32
    project = installation.done("create-project", "门禁集成")
    key = await tenancy.find_app_key(database, project["appKey"])
    opened = installation.secrets.open(key.secret, about=f"app_key:{project['appKey']}")
    assert opened == project["appSecret"]

    tsl = installation.folder / "door.json"
    tsl.write_text(json.dumps(TSL))
    product = installation.done(
        "create-product", "门禁机", "--tsl", str(tsl), "--category", "community/people/qrcode"
    )
    device = installation.done(
        "create-device", product["productKey"], "--name", "door-01", "--project", project["projectId"]
    )
    scope = Scope.system(tenant["tenantId"])
    await asyncio.sleep(0)  # reads of one turn of the loop see one state, and the commands above did not wait
    secret = await devices.read_secret(scope, database, iot_id=device["iotId"], secrets=installation.secrets)
    assert secret == device["deviceSecret"]

    catalogue = installation.folder / "poi.csv"
    catalogue.write_text(POI_CSV, "utf-8")
    assert installation.done("import-poi", str(catalogue)) == {"rows": 3}

    app = await tenancy.app_scope(database, key)
    async with database.begin() as tx:
        await add_upload(app, tx, "proof")
        first = await applications.apply(app, tx, application=application(), now_ms=1)
        second = await applications.apply(app, tx, application=application(), now_ms=1)
    assert installation.done("list-communities", "--status", "1")["total"] == 2
    approved = installation.done("approve-community", str(first))
    assert (approved["applyStatus"], approved["projectId"][:4]) == (2, "a124")
    assert installation.done("reject-community", str(second), "--reason", "合同缺页")["applyStatus"] == 3
    assert installation.refused("approve-community", str(second))["code"] == "community.not_under_review"

    other = installation.done("create-project", "数据大屏")
    granted = installation.done("grant-community", str(first), "--project", other["projectId"])
    assert granted == {"projectId": other["projectId"], "communityId": first}
    await asyncio.sleep(0)
    assert await tenancy.communities_of(
        database, tenant_id=tenant["tenantId"], project_id=other["projectId"]
    ) == {first}

    admin = installation.done("create-user", "13800138000", "--name", "王伟", "--role", "tenant_admin")
    assert (admin["codeTo"], "password" in admin, "link" in admin) == ("138****8000", False, False)
    guard = installation.done("create-user", "guard", "--role", "staff", "--community", str(first))
    assert "password" not in guard
    await asyncio.sleep(0)
    rights = await accounts.rights(database, int(guard["accountId"]))
    assert rights.scope(tenant["tenantId"]).communities == {first}
    more = installation.done("create-user", "guard", "--role", "tenant_admin")
    assert more["accountId"] == guard["accountId"]


async def test_whom_no_code_reaches_sets_a_password_by_a_link(installation, database):
    """And a reset takes everything away that was open, in whatever process it was opened."""
    installation.done("create-tenant", "绿城物业")
    made = installation.done("create-user", "office", "--role", "tenant_admin")
    account_id, token = int(made["accountId"]), made["link"].partition("/set-password#")[2]
    hashed = await accounts.hash_password("all my own words")
    async with database.begin() as tx:
        account = await passwords.use_link(tx, token=token, password_hash=hashed, now_ms=1)
        cookie, session = await sessions.open_session(
            tx, account=account, tenant_id=made["tenantId"], remember=True,
            entry=sessions.Entry("", ""), sign_in=SignIn(),
            ids=Ids(),
            now_ms=database.clock.now_ms(),
        )  # fmt: skip
    again = installation.done("create-user", "office", "--role", "operator")
    assert "link" not in again  # who has a password needs none
    await asyncio.sleep(0)
    now_ms = database.clock.now_ms()
    assert await sessions.find_session(database, cookie, now_ms=now_ms)
    reset = installation.done("reset-password", "office")
    assert set(reset) == {"accountId", "login", "link", "linkExpiresMs"}
    await asyncio.sleep(0)
    assert await sessions.find_session(database, cookie, now_ms=now_ms) is None
    assert not await sessions.is_living(database, session.id, now_ms=now_ms)
    with pytest.raises(accounts.BadCredentials):
        await accounts.authenticate(database, login="office", password="all my own words")
    by_code = installation.done("create-user", "13800138000", "--role", "tenant_admin", "--link")
    assert by_code["codeTo"] == "138****8000"
    assert "/set-password#" in by_code["link"]
    assert account_id != int(by_code["accountId"])


def test_refusals_say_why(installation):
    assert installation.refused("create-project", "x")["code"] == "not_found"
    installation.done("create-tenant", "甲")
    assert installation.refused("create-tenant", "甲")["code"] == "tenant.name_taken"
    installation.done("create-tenant", "乙")
    assert installation.refused("create-project", "x")["code"] == "not_found", "which of the two tenants?"
    installation.done("create-project", "x", "--tenant", "乙")
    assert installation.refused("create-user", "b", "--role", "operator")["field"] == "login"
    assert installation.refused("reset-password", "nobody")["code"] == "not_found"
    assert (
        installation.refused("create-user", "g", "--role", "staff", "--tenant", "甲")["field"]
        == "--community"
    )
    assert installation.refused("approve-community", "999")["code"] == "not_found"
    assert "usage" in installation.refused("create-user", "x", code=2)
    bad = installation.folder / "bad.csv"
    bad.write_text("id,name,cityname\nB000000001,,杭州\nb,x,y\n", "utf-8")
    told = installation.refused("import-poi", str(bad))
    assert [(row["row"], row["column"]) for row in told["rows"]] == [(2, "name"), (3, "id")]
    assert installation.refused("import-poi", str(installation.folder / "none.csv"))["field"] == "file"
    assert "  2 name: must be given" in installation.run("import-poi", str(bad))[2]
    assert installation.run("create-tenant", "丙")[1].startswith("tenantId: ")


def test_another_tenants_community_cannot_be_granted(installation):
    for name in ("甲", "乙"):
        installation.done("create-tenant", name)
    project = installation.done("create-project", "x", "--tenant", "甲")
    assert (
        installation.refused("grant-community", "1", "--project", project["projectId"])["code"] == "not_found"
    )


@pytest.mark.engines("sqlite", "postgresql")
async def test_beside_a_server_that_is_writing(installation, database):
    """SQLite has one writer: the command waits its turn and the server goes on."""
    ids = Ids()
    for number in range(3):
        async with database.begin() as tx:
            await tenancy.create_tenant(tx, name=f"server {number}", ids=ids)
        finished = installation.as_process("create-tenant", f"command {number}", "--json")
        assert (finished.returncode, finished.stderr) == (0, "")
        assert json.loads(finished.stdout)["name"] == f"command {number}"
    assert len(await tenancy.list_tenants(database)) == 6


def test_secrets_are_not_in_the_database(installation):
    if not installation.url.startswith("sqlite"):
        pytest.skip("looks into the file")
    installation.done("create-tenant", "甲")
    project = installation.done("create-project", "x")
    rows = (
        sqlite3.connect(installation.url.removeprefix("sqlite:///"))
        .execute("SELECT * FROM app_keys")
        .fetchall()
    )
    assert project["appKey"] in str(rows)
    assert project["appSecret"] not in str(rows)
