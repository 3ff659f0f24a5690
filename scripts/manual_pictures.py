"""Make the pictures of the manuals and the README from a running demo: `manual_pictures.py URL LOGIN PASSWORD`.

They are WebP files of at most 60 KB in docs/manual/images/LANGUAGE; look at each before it is committed. The people come
from the demo's seed, so a new run shows the same community; times and the last passes differ.
"""

import base64
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "manual" / "images"
PAGES = {
    "desk": "/overview",
    "residents": "/residents",
    "doors": "/doors",
    "passes": "/passes",
    "credentials": "/credentials",
    "visitors": "/visitors",
    "notices": "/notices",
    "devices": "/devices",
    "keys": "/integrations/keys",
}
"""Name of the picture -> page of the console."""
SIZE = {"width": 1280, "height": 800}
MOST_BYTES = 60_000
_SETTLED = "() => !document.querySelector('[aria-busy=true], .skeleton, .el-skeleton')"
_WEBP = """async ([png, quality]) => {
  const picture = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob())
  const canvas = new OffscreenCanvas(picture.width, picture.height)
  canvas.getContext('2d').drawImage(picture, 0, 0)
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality })
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}"""


def main(arguments: list[str]) -> int:
    if len(arguments) != 3:
        print(__doc__)
        return 2
    url, login, password = arguments
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        converter = browser.new_page()
        for language in ("zh-CN", "en"):
            context = browser.new_context(viewport=SIZE, locale=language, color_scheme="light")  # type: ignore[arg-type]
            context.add_init_script(f"localStorage.setItem('linli.language', '{language}')")
            answer = context.request.post(
                f"{url}/api/console/session",
                data={"login": login, "password": password, "remember": False},
                headers={"x-linli-request": "1"},
            )
            if not answer.ok:
                print(answer.text())
                return 1
            page = context.new_page()
            for name, path in PAGES.items():
                page.goto(url + path)
                page.wait_for_load_state("load")
                page.wait_for_selector("main :is(h1, h2, table)", state="attached")
                page.wait_for_function(_SETTLED)
                page.wait_for_timeout(1500)  # what fades in has done so
                _keep(converter, page, FOLDER / language / f"{name}.webp")
            context.close()
        browser.close()
    return 0


def _keep(converter: Page, page: Page, file: Path) -> None:
    png = base64.b64encode(page.screenshot()).decode()
    for quality in (0.75, 0.6, 0.45, 0.3):
        content = base64.b64decode(converter.evaluate(_WEBP, [png, quality]))
        if len(content) <= MOST_BYTES:
            break
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    print(f"{file.name}: {len(content) / 1000:.0f} KB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
