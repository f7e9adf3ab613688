"""What axe does not look at, and what must be true of every page: run in the page, it lists what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Order of headings, ids, references, inline code, small targets, words outside the window
HOUSE = """() => {
  const out = [], ids = {};
  let last = 0;
  for (const h of document.querySelectorAll('h1,h2,h3,h4')) {
    if (!h.getClientRects().length) continue;
    const level = +h.tagName[1];
    if (level > last + 1) out.push('heading jumps: ' + h.textContent.slice(0, 40));
    last = level;
  }
  if (document.querySelectorAll('h1').length !== 1) out.push('not one h1');
  for (const e of document.querySelectorAll('[id]')) { if (ids[e.id]) out.push('id twice: ' + e.id); ids[e.id] = 1; }
  for (const a of ['for', 'aria-describedby', 'aria-labelledby', 'aria-owns'])
    for (const e of document.querySelectorAll('[' + a + ']'))
      for (const i of e.getAttribute(a).split(' ').filter(Boolean)) if (!ids[i]) out.push(a + ' points nowhere: ' + i);
  for (const e of document.querySelectorAll('a[href^="#"]'))
    if (!ids[e.getAttribute('href').slice(1)]) out.push('link points nowhere: ' + e.getAttribute('href'));
  const runs = 'script:not([src]):not([type="application/json"])';  // a block of data does not run
  if (document.querySelector('[style],style,' + runs)) out.push('inline style or script');
  for (const e of document.querySelectorAll('*'))
    for (const a of e.attributes) if (a.name.startsWith('on')) out.push('handler: ' + a.name);
  for (const e of document.querySelectorAll('a,button,input,select,textarea,summary')) {
    const box = (e.closest('label') || e).getBoundingClientRect();
    if (!box.width || getComputedStyle(e).display === 'inline' || e.matches('.govuk-skip-link,.km-hide')) continue;
    const name = (e.textContent.trim() || e.name).slice(0, 30);
    if (Math.min(box.width, box.height) < 24) out.push('small target: ' + name);
  }
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) out.push('wider than the window: ' + width + ' of ' + innerWidth);
  return out;
}"""


@contextmanager
def silent(browser: Browser, width: int = 1280, **options: Any) -> Iterator[Page]:
    """A window for nobody in particular, whose console must stay silent but for answers that a test asked for."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [words for words in said if not words.startswith("Failed to load resource")] == []


def faults_in_the_dark(page: Page) -> list[str]:
    """Words that are hard to read where the device asks for dark pages, with all folds open."""
    # Without motion, or the colours would be measured on their way
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = faults_by_axe(page, "rule", ["color-contrast"])
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return [f"dark, {fault}" for fault in found]


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page as it stands, by axe and by our own rules, with all folds open."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details:not(.km-menu, .km-account)').forEach(d => d.open = true)")
    return [*faults_by_axe(page, "tag", RULES), *page.evaluate(HOUSE)]


def faults_by_axe(page: Page, kind: str, values: list[str]) -> list[str]:
    """Violations of these rules. Its script is read once by each page, and what is in order is not sent to us."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": {"type": kind, "values": values}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]
