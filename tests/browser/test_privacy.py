"""A resident's own data, from looking at it to its deletion by the property; on a phone and at the desk."""

import zipfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.phone import findings, look, open_phone, sign_in
from tests.browser.sample import Demo, until
from tests.browser.visit import DESK, Visit

PHONE = "13900008181"
NAME = "林晓舟"
_ADD = """async ({ name, phone }) => {
  const json = { 'content-type': 'application/json', 'x-linli-request': '1' }
  const read = async (path) => (await fetch(`/api/console${path}`)).json()
  const place = (await read('/communities?pageSize=20')).data.find((one) => one.rootSpaceId)
  const [house] = (await read(`/communities/${place.id}/houses?pageSize=1`)).data
  const body = JSON.stringify({ houseId: Number(house.id), name, phone, type: 2 })
  const answer = await fetch(`/api/console/communities/${place.id}/residents`, { method: 'POST', headers: json, body })
  if (!answer.ok) throw new Error(await answer.text())
  const { data } = await read(`/communities/${place.id}/residents?q=${phone}`)
  await read(`/communities/${place.id}/residents/${data[0].identityId}`)
}"""


def test_a_resident_looks_takes_along_and_asks_for_deletion(
    browser: Browser, demo: Demo, administrator: Visit, tmp_path: Path
) -> None:
    administrator.go("/mark.svg")
    administrator.page.evaluate(_ADD, {"name": NAME, "phone": PHONE})
    with open_phone(browser, demo.url) as visit:
        page = visit.page
        sign_in(visit, PHONE, demo.code)
        visit.go("/m/me")
        page.get_by_role("link", name="My data").click()
        page.get_by_role("link", name="Who I am").wait_for()
        look(visit, "my-data")
        page.get_by_role("link", name="Who I am").click()
        page.get_by_text(PHONE).first.wait_for()
        look(visit, "my-data-profile")
        visit.go("/m/my-data/reads")
        page.get_by_text("Opened your details", exact=True).wait_for()
        look(visit, "my-data-reads")
        visit.go("/m/my-data/cameras")
        none = page.get_by_text("No camera on the way to your door", exact=True)
        none.or_(page.get_by_text("Kept for 180 days.", exact=True)).first.wait_for()
        look(visit, "my-data-cameras")

        visit.go("/m/my-data")
        page.get_by_role("button", name="Make a file").click()
        ready = page.get_by_role("link", name="Download")
        look_again = page.get_by_role("button", name="Look whether it is ready")

        def shown() -> bool:
            ready.or_(look_again).first.wait_for()
            if not ready.count():
                look_again.click()
            return ready.count() > 0

        until(shown)
        with page.expect_download() as coming:
            page.get_by_role("link", name="Download").click()
        coming.value.save_as(tmp_path / "mine.zip")
        with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
            assert NAME in archive.read("index.html").decode()
            assert PHONE in archive.read("data.json").decode()

        page.get_by_role("button", name="Ask for deletion").click()
        page.fill("#words", "已搬走")
        look(visit, "my-data-ask")
        page.get_by_role("button", name="Send the request").click()
        page.get_by_text("Waiting").wait_for()
        look(visit, "my-data-waiting")

        desk = administrator.page
        administrator.go("/deletion-requests")
        desk.get_by_role("button", name=f"Delete the data of {NAME}").wait_for()
        assert findings(administrator) == []
        administrator.picture("console-deletions", [DESK])
        desk.get_by_role("button", name=f"Delete the data of {NAME}").click()
        desk.get_by_role("dialog").get_by_text("1 house(s)").wait_for()
        desk.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        desk.get_by_role("dialog").wait_for(state="hidden")
        desk.get_by_text("Deleted").first.wait_for()
        administrator.go(f"/residents?q={PHONE}")
        desk.get_by_text("No residents").or_(desk.get_by_text("Nothing fits")).first.wait_for()

        visit.go("/m/my-data")
        page.get_by_text("No community holds anything about you.").wait_for()
        page.get_by_text("Deleted", exact=True).wait_for()
        look(visit, "my-data-done")
