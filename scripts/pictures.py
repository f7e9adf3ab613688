"""Take the pictures that the guides and the README show, from a demo of their own that is thrown away afterwards.

    python scripts/pictures.py

Which pictures a guide has, and who looks at which page, stands in ``help/content/guides.yaml``. Needs
Chromium.
"""

import io
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from check import chromium
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ROOT / "static" / "img" / "guide"
README = ROOT / "docs" / "img" / "home.png"
SLUG = "riverside"
START_SECONDS = 300
LARGEST = 100_000  # bytes
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# What is only true of the demo, what is read once, and a cursor that blinks.
LEFT_OUT = ".km-demo, .km-intro { display: none !important } * { caret-color: transparent !important }"


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """A demo on a port that nobody uses; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"KM_DATA_DIR": str(folder / "data"), "KM_DEMO": "1", "PORT": str(port), "HOST": "127.0.0.1"}
    environment = {**os.environ, **own, "DATABASE_URL": f"sqlite:///{folder / 'data' / 'portal.sqlite3'}"}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, str(ROOT / "scripts" / "start.py")]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        wait(process, f"{address}/livez", folder / "log")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Until the demo answers."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  our own
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"The demo did not start:\n{log.read_text(errors='replace')}")


def window(browser: Browser, address: str, who: str, width: int, height: int) -> Page:
    """A page in which this person of the demo is signed in."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
        bypass_csp=True,
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator(f'button[value="{who}"]').first.click()
    page.wait_for_load_state()
    return page


def taken(page: Page, path: str, press: str = "", top: str = "") -> Image.Image:
    """What is seen on top of that page, or from the element ``top`` on, after following the link ``press``."""
    page.goto(path)
    if press:
        page.locator(press).first.click()
    page.add_style_tag(content=LEFT_OUT)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => { document.activeElement.blur(); scrollTo(0, 0) })")
    if top:
        page.locator(top).first.evaluate("(element) => scrollTo(0, element.getBoundingClientRect().top - 16)")
    return Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")


def keep(picture: Image.Image, path: Path) -> None:
    """Write it small, and say how large it became."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        picture.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    else:
        picture.save(path, quality=82, method=6)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {picture.width} × {picture.height}, {size // 1000} kB")
    if size > LARGEST:
        raise SystemExit("That is more than 100 kB. Choose a smaller window for it.")


def main() -> int:
    found = chromium()
    if found is None:
        raise SystemExit("There is no Chromium here. On Debian or Ubuntu: apt install chromium, then: make pictures")
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"KM_DATA_DIR": str(Path(name) / "settings"), "DJANGO_SETTINGS_MODULE": "kmportal.settings"}
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.urls import reverse

        from help.guides import HEIGHT, WIDTH, guides

        wanted = {task.picture: task.page for guide in guides() for task in guide.first}
        with demo(Path(name)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
            for picture, page_of_task in wanted.items():
                page = window(browser, address, picture.who, WIDTH, HEIGHT)
                path = reverse(picture.page or page_of_task, args=[SLUG, *picture.args])
                keep(taken(page, path, picture.press, picture.top), GUIDES / picture.file)
            page = window(browser, address, "lena", 1280, 1500)
            keep(taken(page, reverse("home", args=[SLUG])), README)
            browser.close()
    for old in set(GUIDES.iterdir()) - {GUIDES / picture.file for picture in wanted}:
        old.unlink()
        print(f"{old.relative_to(ROOT)} is used no more and was deleted.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
