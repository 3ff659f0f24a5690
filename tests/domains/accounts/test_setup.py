"""The first-run wizard."""

from linli.console.parts import Parts
from linli.domains.accounts import setup_code
from linli.kernel import tenancy
from tests.console.conftest import SETUP, Browser


async def test_wizard_makes_the_first_account_and_tells_the_secret_once(browser: Browser, parts: Parts):
    assert (await browser.get("/setup")).json()["needed"] is True
    code = setup_code.ensure(setup_code.file_of(parts.settings))
    assert setup_code.file_of(parts.settings).stat().st_mode & 0o077 == 0

    answer = await browser.post("/setup", json={**SETUP, "code": code.lower()})

    assert answer.status_code == 201
    done = answer.json()
    assert done["me"]["operator"] is True
    assert done["me"]["tenant"]["name"] == SETUP["tenantName"]
    stored = await tenancy.find_app_key(parts.db, done["key"]["appKey"])
    assert stored is not None
    assert done["key"]["appSecret"] not in stored.secret
    assert not setup_code.file_of(parts.settings).exists()
    assert (await browser.get("/session")).json() == done["me"]
    assert (await browser.get("/setup")).json()["needed"] is False


async def test_wizard_runs_once(administrator: Browser):
    again = await administrator.post("/setup", json={**SETUP, "code": "AAAA-BBBB-CCCC"})
    assert (again.status_code, again.json()["code"]) == (409, "console.already_set_up")


async def test_wrong_code_changes_nothing(browser: Browser, parts: Parts):
    setup_code.ensure(setup_code.file_of(parts.settings))
    answer = await browser.post("/setup", json={**SETUP, "code": "AAAA-BBBB-CCCC"})
    assert (answer.status_code, answer.json()["field"]) == (403, "code")
    assert await tenancy.list_tenants(parts.db) == []


async def test_weak_password_is_named(browser: Browser, parts: Parts):
    code = setup_code.ensure(setup_code.file_of(parts.settings))
    answer = await browser.post("/setup", json={**SETUP, "code": code, "password": "short"})
    assert answer.status_code == 400
    assert answer.json()["field"] == "password"
    assert await tenancy.list_tenants(parts.db) == []
