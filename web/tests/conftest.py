"""The page in a headless Chromium, and the program that it is held to."""

import functools
import http.server
import json
import os
import subprocess
import threading
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).parents[2]
PAGE = Path(os.environ.get("ISOFLOP_PAGE", ROOT / "build/web/index.html"))
PROGRAM = Path(os.environ.get("ISOFLOP", ROOT / "build/release/apps/isoflop"))


def isoflop(*words, cwd=ROOT, **options):
    return subprocess.run(
        [PROGRAM, *map(str, words)], cwd=cwd, capture_output=True, text=True, **options
    )


def plan_json(*words, **options):
    out = isoflop("plan", *words, "--json", **options)
    assert out.stdout, out.stderr
    return json.loads(out.stdout)["plans"][0]


class Page:
    """What a person does with the page and reads off it."""

    def __init__(self, driver, address):
        self.driver, self.address = driver, address

    def open(self, question=""):
        self.driver.get("about:blank")
        self.driver.get(self.address + ("#" + question if question else ""))
        self.wait(lambda: not self.all("body.loading"))
        self.settle()
        return self

    def wait(self, until, seconds=30):
        return WebDriverWait(self.driver, seconds, poll_frequency=0.02).until(lambda _: until())

    def run(self, script, *values):
        return self.driver.execute_script(script, *values)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def settle(self):
        """Until what was asked last is answered, pictures and refits too."""
        self.wait(
            lambda: self.run("return !quick.running && !thorough.running && latest.length > 0")
        )

    def type(self, name, text):
        field = self.one(f"#f-{name}")
        self.run("arguments[0].closest('details')?.setAttribute('open', '')", field)
        if field.tag_name == "select":
            self.choose(f"f-{name}", text)
        else:
            field.send_keys(Keys.CONTROL, "a")
            field.send_keys(text if text else Keys.DELETE)
        self.settle()

    def choose(self, name, value):
        self.run(
            "const e = document.getElementById(arguments[0]); e.value = arguments[1];"
            "for (const what of ['input', 'change']) e.dispatchEvent(new Event(what));",
            name,
            value,
        )
        self.settle()

    def budget(self, kind):
        self.run("document.getElementById('kind-' + arguments[0]).click()", kind)
        self.settle()

    def shown(self, key, column=0):
        return self.cell(key, column).find_element(By.CLASS_NAME, "value").text

    def number(self, key, column=0):
        return float(self.cell(key, column).get_attribute("data-value"))

    def cell(self, key, column=0):
        return self.all(f"td[data-key={key}]")[column]


@pytest.fixture(scope="session")
def downloads(tmp_path_factory):
    return tmp_path_factory.mktemp("downloads")


def open_browser(downloads):
    options = webdriver.ChromeOptions()
    for word in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"]:
        options.add_argument(word)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_window_size(1280, 1000)
    return driver


@pytest.fixture(scope="session")
def driver(downloads):
    driver = open_browser(downloads)
    yield driver
    driver.quit()


@pytest.fixture
def page(driver):
    return Page(driver, PAGE.resolve().as_uri()).open()


@pytest.fixture(scope="session")
def server():
    """A file server that knows nothing of the page."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=PAGE.parent)
    handler.func.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{PAGE.name}"
        server.shutdown()


@pytest.fixture(scope="session")
def fitted_law(tmp_path_factory):
    """A law file with draws, by the program, of runs that ship."""
    folder = tmp_path_factory.mktemp("laws")
    words = "--law fine-grained-moe --column loss=loss_simulated --n-means total_non_embedding"
    words += " --expansion 64 --bootstrap 200 -o fitted.json"
    table = ROOT / "data/published/krajewski2024_grid_simulated.csv"
    out = isoflop("fit", table, *words.split(), cwd=folder)
    assert (folder / "fitted.json").exists(), out.stderr
    return folder / "fitted.json"
