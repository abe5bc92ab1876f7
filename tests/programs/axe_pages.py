"""Hold HTML pages against axe-core in a headless Chromium, and look for words that a screen cuts off.

    python tests/programs/axe_pages.py node_modules/axe-core/axe.min.js results/*/report/*.html results/*/notebooks/*.html

Each page is opened at the widths of a laptop and of a phone. Ends with 1 where axe finds a violation or a page is wider than its screen.
Needs playwright (PyPI), axe-core (npm) and a Chromium, by default /usr/bin/chromium.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright  # type: ignore[import-not-found]

WIDTHS = (1280, 390)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})"
# Elements that reach beyond the screen, but for what stands in a part that scrolls by itself.
BEYOND = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, pre'))
  .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


def faults(browser: Any, axe: str, path: Path, width: int) -> list[str]:
    """One line for each violation and each element beyond the screen."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(path.resolve().as_uri())
    page.evaluate(axe)
    found = page.evaluate(RUN, TAGS)["violations"]
    lines = [
        f"{v['impact']} {v['id']}: {v['help']} ({len(v['nodes'])} times), first {v['nodes'][0]['html'][:160]}"
        for v in found
    ]
    lines += [f"beyond the screen: {element}" for element in page.evaluate(BEYOND)]
    page.close()
    return lines


def main(axe: str, pages: list[str]) -> int:
    script, wrong = Path(axe).read_text(encoding="utf-8"), 0
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for path in map(Path, pages):
            for width in WIDTHS:
                lines = faults(browser, script, path, width)
                wrong += len(lines)
                print(f"{'/'.join(path.parts[-3:])} at {width}: {len(lines) or 'no'} faults")
                print("".join(f"  {line}\n" for line in lines), end="", flush=True)
        browser.close()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
