"""How long a first visit takes on a phone: the largest paint and the bytes of home, a lesson and a room.

A Chromium that is slowed down to a quarter of the processor, 150 ms there and back and 1.6 Mbit/s, against a portal of
its own with the demo. Cold is a browser that was never here, warm the same page a second time. On SQLite alone: what
another database changes is measured by the other files. Nothing is measured where there is no Chromium.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.db import connection
from playwright.sync_api import Browser, BrowserContext, CDPSession, StorageState, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
VISITS = 3
PAINT_MS = {"cold": 2500, "warm": 1500}
WEIGHT_KB = {"cold": 200, "warm": 60}
# Chromium tells of the largest paint until somebody touches the page.
OBSERVED = """
  new PerformanceObserver((list) => {
    window.largestPaint = list.getEntries().at(-1).startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
"""


def figures() -> list[dict[str, Any]]:
    """The median of three visits each."""
    chromium = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if connection.vendor != "sqlite" or not chromium:
        return []
    with tempfile.TemporaryDirectory(prefix="phone-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KM_DATA_DIR")}
        variables = {**kept, "KM_DATA_DIR": folder, "KM_DEMO": "1", "PORT": str(port)}
        command = [sys.executable, ROOT / "scripts" / "start.py"]
        server = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL)  # noqa: S603  ours
        try:
            _wait_for(port)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                return list(_measure(browser, f"http://127.0.0.1:{port}"))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The portal did not start.")


def _measure(browser: Browser, portal: str) -> Any:
    state, pages = _sign_in(browser, portal)
    for name, address in pages.items():
        seen: dict[str, list[tuple[float, float]]] = {"cold": [], "warm": []}
        for _ in range(VISITS):
            context = browser.new_context(viewport={"width": 360, "height": 740}, storage_state=state)
            for kind in seen:
                seen[kind].append(_visit(context, address))
            context.close()
        for kind, visits in seen.items():
            paint, weight = (sorted(column)[len(visits) // 2] for column in zip(*visits, strict=True))
            yield _figure(f"{name} on a slow phone, {kind}: largest paint", round(paint), PAINT_MS[kind], "ms")
            yield _figure(f"{name} on a phone, {kind}: over the line", round(weight), WEIGHT_KB[kind], "KB")


def _figure(name: str, value: float, limit: float, unit: str) -> dict[str, Any]:
    return {"figure": name, "value": value, "limit": limit, "unit": unit, "database": connection.vendor}


def _sign_in(browser: Browser, portal: str) -> tuple[StorageState, dict[str, str]]:
    """As whoever leads the demo’s sessions, and where home, a lesson and the room are that stands open."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(portal)
    page.locator('button[value="farah"]').click()
    page.wait_for_url(re.compile("/o/"))
    home = page.url
    page.goto(f"{home}lessons/")
    lesson = page.locator('main a[href*="/lessons/"]').filter(has_text=re.compile(r"\w+ \w+ \w+")).first
    addresses = {"home": home, "a lesson": f"{portal}{lesson.get_attribute('href')}"}
    page.goto(f"{home}sessions/")
    for link in page.locator('main a[href*="/sessions/"]').all():
        page_of_room = f"{portal}{link.get_attribute('href')}room/"
        if context.request.get(page_of_room).ok:
            addresses["a room"] = page_of_room
            break
    state = context.storage_state()
    context.close()
    return state, addresses


def _visit(context: BrowserContext, address: str) -> tuple[float, float]:
    """The largest paint in milliseconds, and kilobytes that came over the line until then and a second later."""
    page = context.new_page()
    session: CDPSession = context.new_cdp_session(page)
    loaded: list[float] = []
    session.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(OBSERVED)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(1000)
    paint: float = page.evaluate("window.largestPaint")
    page.close()
    return paint, sum(loaded) / 1024
