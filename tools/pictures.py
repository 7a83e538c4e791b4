"""Take the pictures of the documents anew: console, phone and borrower's page, in both languages.

    make pictures

Needs Debian's chromium. The demonstration is made in a folder of its own and thrown away; same seed, same people.
"""

from __future__ import annotations

import json
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
PARLEY = [sys.executable, "-c", "from parley.cli.main import main; main()"]
DESKTOP, PHONE = (1280, 800), (390, 844)
START_SECONDS = 60


def main() -> None:
    """Make the demonstration, serve it, take the pictures."""
    browser_path = shutil.which("chromium")
    if browser_path is None:
        sys.exit("There is no chromium: sudo apt-get install -y chromium fonts-noto-cjk")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        parley(home, "demo", "--accounts", "300", "--days", "5")
        told = parley(home, "user", "add", "dana", "--role", "lead", "--name", "Dana Reyes", "--one-time")
        password = re.findall(r"(?:[a-z0-9]{5}-){3}[a-z0-9]{5}", told)[0]
        number, answer = somebody(home)
        with serving(home) as port, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
            PICTURES.mkdir(exist_ok=True)
            state = log_in(browser, port, password)
            for language in ("en", "zh-Hans"):
                staff(browser, port, state, language)
                borrower(browser, port + 1, language, number, answer)


def parley(home: Path, *words: str) -> str:
    """Run a command of ours and return what it says."""
    environ = {**os.environ, "PARLEY_HOME": str(home)}
    return subprocess.run([*PARLEY, *words], env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout


def somebody(home: Path) -> tuple[str, str]:
    """Return number and identity answer of a made-up borrower who is past due and has heard nothing yet of a plan."""
    people = json.loads((home / "people.json").read_text(encoding="utf-8"))
    for one in people.values():
        if one["jurisdiction"].startswith("US") and one["days_past_due"] > 0:
            return str(one["number"]), str(one["postcode"])
    sys.exit("Nobody of the demonstration is past due in the United States.")


@contextmanager
def serving(home: Path) -> Iterator[int]:
    """Serve the home on two free ports; give the first."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen([*PARLEY, "serve", "--port", str(port)], env={**os.environ, "PARLEY_HOME": str(home)})
    try:
        wait_for(f"http://127.0.0.1:{port}/log-in")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(address: str) -> None:
    """Wait until a page answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - an address of this machine
                return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"{address} does not answer")


def log_in(browser: Browser, port: int, password: str) -> str:
    """Log in once and return the browser's state, as a file's name would be."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/log-in")
    page.fill("#name", "dana")
    page.fill("#password", password)
    page.click("main button")
    return json.dumps(context.storage_state())


def staff(browser: Browser, port: int, state: str, language: str) -> None:
    """Take the pictures of the console and the phone."""
    base = f"http://127.0.0.1:{port}"
    context = browser.new_context(
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, storage_state=json.loads(state), base_url=base
    )
    context.add_cookies([{"name": "parley_language", "value": language, "url": base}])
    page = context.new_page()
    page.goto("/threads")
    shoot(page, "queue", language)
    page.locator("a.item-link").first.click()
    shoot(page, "thread", language)
    page.goto("/phone")
    options = page.get_by_role("button", name="OPTIONS", exact=True)
    if not options.count():
        # The first time: begin a talk and ask for options. In the second language it stands as it was left.
        page.locator("main form button").first.click()
        options.first.click()
    shoot(page, "phone", language)
    context.close()


def borrower(browser: Browser, port: int, language: str, number: str, answer: str) -> None:
    """Take the picture of plans side by side."""
    base = f"http://127.0.0.1:{port}"
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, base_url=base)
    context.add_cookies([{"name": "parley_language", "value": language, "url": base}])
    page = context.new_page()
    page.goto("/")
    page.fill("#number", number)
    page.fill("#answer", answer)
    page.click("main form button")
    shoot(page, "page", language)
    context.close()


def shoot(page: Page, name: str, language: str) -> None:
    """Write one picture."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.{language}.png")


if __name__ == "__main__":
    main()
