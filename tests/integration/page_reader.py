"""Opens a page in Chromium and prints what a reader sees and what the browser did, as one JSON object. Runs in servers.browser_python().

usage: page_reader.py FILE light|dark screen|print [SELECTOR to click first]
"""

import json
import pathlib
import shutil
import sys

from playwright.sync_api import sync_playwright

# What of an element is shown and how: the text, and whether it is wider than the window.
LOOK = """() => ({
  text: document.body.innerText,
  background: getComputedStyle(document.body).backgroundColor,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  elements: document.querySelectorAll('*').length,
  foreign: document.querySelectorAll('script, img, iframe, object, embed, link, form, [onclick], [onload], [onerror]').length,
  fills: [...document.querySelectorAll('svg.chart rect')].map(rect => getComputedStyle(rect).fill),
  bars: [...document.querySelectorAll('svg.chart rect')].map(rect => rect.getBoundingClientRect()).map(r => [r.width, r.height]),
  open: [...document.querySelectorAll('details[open]')].map(each => each.id),
})"""


def main(path, colors, media, click=""):
    seen = {"console": [], "requests": [], "errors": []}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=colors)
        page.on("console", lambda message: seen["console"].append(message.text))
        page.on("pageerror", lambda error: seen["errors"].append(str(error)))
        page.on("request", lambda request: seen["requests"].append(request.url))
        page.emulate_media(media=media)
        page.goto(pathlib.Path(path).as_uri())
        if click:
            page.click(click)
        seen.update(page.evaluate(LOOK))
        if media == "print":
            seen["pages"] = page.pdf().count(b"/Type /Page\n")
        browser.close()
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
