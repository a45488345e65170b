"""A real Chromium against the real web process, with a database and files of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from lexintel.testing import share_models
from lexintel.tests.browser.seed import PASSWORD

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=30_000)
"""How long to wait for what a page shows, on machines that do much else."""

COMING = """() => {
  if (window !== top) return;
  const awaited = new Set();
  let parsed = false, following = false, giveUp = 0;
  const tell = () => {
    for (const one of awaited) if (!one.isConnected) awaited.delete(one);
    document.documentElement?.toggleAttribute("data-coming", !parsed || following || awaited.size > 0);
  };
  const arrived = ({ target }) => { if (awaited.delete(target)) tell(); };
  const wait = (one) => { awaited.add(one); setTimeout(arrived, 10_000, { target: one }); };
  const follow = () => { following = true; clearTimeout(giveUp); giveUp = setTimeout(come, 30_000); tell(); };
  const come = () => { following = false; tell(); };
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      for (const one of [node, ...node.querySelectorAll("link[rel=stylesheet], script[src]")]) {
        if (one.localName === "link" && one.rel === "stylesheet" && !one.sheet) wait(one);
        if (one.localName === "script" && one.src && following) wait(one);
      }
    }
    tell();
  }).observe(document, { childList: true, subtree: true });
  for (const type of ["load", "error"]) document.addEventListener(type, arrived, true);  // these do not reach the window
  addEventListener("DOMContentLoaded", () => { parsed = true; tell(); });
  addEventListener("htmx:beforeSend", ({ detail }) => { if (detail.boosted || detail.requestConfig?.boosted) follow(); });
  for (const type of ["htmx:afterRequest", "htmx:historyRestore", "htmx:historyCacheMissLoadError"]) {
    addEventListener(type, () => { if (following) setTimeout(come, 50); });  // htmx settles after 20 ms
  }
  addEventListener("htmx:historyCacheMiss", follow);
}"""
"""In a page: <html data-coming> while the next page is on its way, or misses stylesheets, scripts or what htmx settles."""


def patient(page: Page) -> Page:
    """Whatever is done with the page or expected of it waits until the page that was asked for has its looks and its scripts.

    A link is followed without a reload, so that the page before is still there when a click has ended; and a page whose stylesheet
    is on its way shows all that it would hide: a locator that finds two things raises at once.
    """
    page.add_init_script(f"({COMING})()")
    page.add_locator_handler(page.locator("html[data-coming]"), lambda: None)
    return page


def faults(page: Page, **options: object) -> list[str]:
    """What axe finds on the page that is shown, once that is there."""
    page.locator("html:not([data-coming])").wait_for(state="attached")
    found = Axe().run(page, options=options or None).response["violations"]
    return [f"{fault['id']}: {[node['html'][:200] for node in fault['nodes'][:3]]}" for fault in found]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """The running installation: its address, the case of the tests that run, and how to stop and start its web process."""

    url: str
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    case: str = ""
    title: str = ""

    def open_case(self, title: str) -> None:
        """A fresh case of the owner's that the viewer reads."""
        with httpx.Client(base_url=self.url) as client:
            token = client.post("/api/auth/token/", json={"username": "owner", "password": PASSWORD}).json()["token"]
            client.headers["Authorization"] = f"Token {token}"
            made = client.post("/api/cases/", json={"title": title, "docket_number": "1:26-cv-00001", "court": "D. Mass."})
            self.case, self.title = made.raise_for_status().json()["id"], title
            client.post(f"/api/cases/{self.case}/members/", json={"username": "viewer", "role": "viewer"}).raise_for_status()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody reads or writes the words of passages: documents are not ready and whoever searches waits until the end."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute("LOCK TABLE documents_chunkwords IN ACCESS EXCLUSIVE MODE")
            yield

    def start(self) -> None:
        command = [sys.executable, "-m", "lexintel.web", "--host", "127.0.0.1", "--port", str(urlsplit(self.url).port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/login/", timeout=2)
                return
            except (urllib.error.URLError, OSError):
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                time.sleep(0.2)
        pytest.fail(f"The web process did not answer:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def own_database() -> Iterator[str]:
    """The address of a fresh database beside the one of the other tests."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"browser_{os.getpid()}"
    with psycopg.connect(urlunsplit(parts), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(parts._replace(path=f"/{name}"))
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def installation(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = tmp_path_factory.mktemp("var")
    share_models(var)
    environment = {
        **os.environ,
        "DATABASE_URL": own_database,
        "LEXINTEL_VAR": str(var),
        "TASK_EXECUTOR": "background",
        "MAX_UPLOAD_MB": "3",
    }
    environment.pop("STORAGE_URL", None)
    for arguments in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True)
    seed = [sys.executable, "-m", "lexintel.tests.browser.seed"]
    subprocess.run(seed, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True)
    made = Site(f"http://127.0.0.1:{_free_port()}", environment, var / "web.log")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def site(installation: Site, request: pytest.FixtureRequest) -> Site:
    """With a case of its own for the tests of each file, so that none meets documents of another by their names."""
    installation.open_case(f"Matter of {Path(str(request.path)).stem}")
    return installation


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the whole session: while it is open Django takes every test for code on an event loop and refuses to ask the database."""
    with sync_playwright() as playwright:
        if not Path(CHROMIUM).exists():
            pytest.skip(f"No Chromium at {CHROMIUM} (set CHROMIUM).")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page did that no page may do."""

    site: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith((self.site, "data:", "blob:")) else self.outside.append(request.url)
        )


@pytest.fixture
def seen(site: Site) -> Seen:
    return Seen(site.url)


@pytest.fixture
def visit(site: Site, chromium: Browser, seen: Seen) -> Iterator[Callable[..., Page]]:
    """`visit("owner")` is a signed-in page of that person in a context of its own; `visit(None)` is nobody's."""
    contexts: list[BrowserContext] = []

    def open_page(person: str | None = "owner", *, width: int = 1400, theme: str = "light") -> Page:
        context = chromium.new_context(base_url=site.url, viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
        contexts.append(context)
        page = patient(context.new_page())
        seen.watch(page)
        if person is not None:
            page.goto("/login/")
            page.get_by_label("User name").fill(person)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/cases/")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def paper(tmp_path: Path) -> Callable[..., Path]:
    """`paper("complaint.txt", 40)` is a text file of that many paragraphs, different for each name."""

    def write(name: str, paragraphs: int = 30) -> Path:
        path = tmp_path / name
        sentence = "The supplier of {name} failed to deliver the contracted quantity in month {n}. See Roe v. Wade, 410 U.S. 113 (1973)."
        path.write_text("\n\n".join(sentence.format(name=name, n=number) for number in range(paragraphs)))
        return path

    return write
