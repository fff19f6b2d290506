"""The page that fits: a table of runs is dropped, and everything is as by the program."""

import json
import math
import random
import re

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from conftest import PAGE, ROOT, Page, isoflop, plan_json

GRID = ROOT / "data/published/krajewski2024_grid_simulated.csv"
GRID_WORDS = "--column loss=loss_simulated --n-means total_non_embedding --expansion 64".split()
DROP = """
const data = new DataTransfer();
data.items.add(new File([arguments[1]], arguments[0]));
document.dispatchEvent(new DragEvent('drop', {dataTransfer: data}));
"""


class FitPage(Page):
    def drop(self, name, text):
        self.run(DROP, name, text)
        self.wait(lambda: self.run("return table.name") == name)
        self.fitted()

    def fitted(self):
        """Until the fit and what it is followed by are there."""
        WebDriverWait(self.driver, 120, poll_frequency=0.05).until(
            lambda _: self.run("return !fitting.running && !quick.running && !thorough.running")
        )

    def fill(self, **fields):
        for name, value in fields.items():
            self.run(
                "const e = at('fit-' + arguments[0]); e.value = arguments[1]; e.onchange();",
                name,
                value,
            )
        self.run("at('fit-again').click()")
        self.fitted()

    def law(self):
        return json.loads(self.run("return files.get(question.law)"))


@pytest.fixture
def fit_page(driver):
    return FitPage(driver, PAGE.with_name("fit.html").resolve().as_uri()).open()


def simulated_runs(count=300):
    """Runs by Chinchilla's law with coefficients near those of its paper, and 0.4 % of noise."""
    draw = random.Random(3)
    lines = ["N,D,loss"]
    for _ in range(count):
        n, d = 10 ** draw.uniform(7.5, 10.2), 10 ** draw.uniform(9.3, 11.8)
        loss = (1.8 + 480 / n**0.35 + 2000 / d**0.37) * math.exp(draw.gauss(0, 0.004))
        lines.append(f"{n:.0f},{d:.0f},{loss:.6f}")
    return "\n".join(lines) + "\n"


def assert_same_fit(ours, theirs):
    assert list(ours["coefficients"]) == list(theirs["coefficients"])
    for name, value in theirs["coefficients"].items():
        assert ours["coefficients"][name] == pytest.approx(value, rel=1e-10), name
    assert ours["fit"]["verdict"] == theirs["fit"]["verdict"]
    assert ours["fit"]["findings"] == theirs["fit"]["findings"]
    assert ours["records"] == theirs["records"]


def without_numbers(text):
    """Lines of a report, its numbers cut to four digits: another compiler may round the last."""
    text = re.sub(r"\d+ of \d+ starts", "starts", text)
    lines = [line for line in text.splitlines() if not line.startswith("  gradient")]
    short = [re.sub(r"-?\d+\.?\d*(e[+-]\d+)?", lambda n: f"{float(n[0]):.4g}", x) for x in lines]
    return [re.sub(r" +", " ", line) for line in short]


def test_simulated_runs_are_fitted_as_by_the_program(fit_page, tmp_path):
    runs = simulated_runs()
    (tmp_path / "runs.csv").write_text(runs)
    fit_page.drop("runs.csv", runs)
    words = ["runs.csv", "--law", "chinchilla", "--bootstrap", "200"]
    theirs = json.loads(isoflop("fit", *words, "--json", cwd=tmp_path).stdout)
    assert theirs["fit"]["verdict"] == "certified"
    assert_same_fit(fit_page.law(), theirs)
    said = fit_page.run("return document.querySelector('#fitted pre').textContent")
    printed = isoflop("fit", *words, cwd=tmp_path).stdout
    assert without_numbers(said) == without_numbers(printed)


def test_grid_is_fitted_planned_and_reported(fit_page, downloads, tmp_path):
    fit_page.drop(GRID.name, GRID.read_text())
    assert "loss" in fit_page.one("#fit-refusal").text
    fit_page.fill(column="loss=loss_simulated", n_means="total_non_embedding", expansion="64")
    words = [GRID, "--law", "fine-grained-moe", *GRID_WORDS, "--bootstrap", "200"]
    (tmp_path / GRID.name).write_text(GRID.read_text())
    isoflop("fit", GRID.name, *words[1:], "-o", "theirs.json", cwd=tmp_path)
    theirs = json.loads((tmp_path / "theirs.json").read_text())
    assert_same_fit(fit_page.law(), theirs)
    assert fit_page.law()["inputs"] == theirs["inputs"]
    plan = plan_json("theirs.json", "--flops", "1e21", cwd=tmp_path)
    assert fit_page.number("n_active") == pytest.approx(plan["n_active"], rel=1e-6)
    assert fit_page.number("loss") == pytest.approx(plan["loss"], rel=1e-9)
    kinds = [figure.get_attribute("data-kind") for figure in fit_page.all("#pictures figure")]
    assert {"frontier", "granularity", "loss", "residuals", "coefficients"} == set(kinds)

    buttons = fit_page.all("#fitted button")
    buttons[-1].click()
    report = downloads / GRID.with_suffix(".report.html").name
    fit_page.wait(report.exists)
    again = plan_json(report, "--flops", "1e21")
    assert again["n_active"] == pytest.approx(plan["n_active"], rel=1e-6)
    assert len(report.read_bytes()) < 500_000


def test_calculator_says_where_tables_are_fitted(page):
    page.run(DROP, "runs.csv", simulated_runs(20))
    page.wait(lambda: "fit.html" in page.one("#drop-refusal").text)


def test_page_that_fits_asks_nobody(fit_page, driver):
    driver.get_log("performance")
    fit_page.drop("runs.csv", simulated_runs(40))
    sent = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [
        message["params"]["request"]["url"]
        for message in sent
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == []


def test_faults_of_a_table_are_said(fit_page):
    fit_page.drop("runs.csv", 'N,D,loss\n1e9,1e10,"2.5\n')
    assert "never closed" in fit_page.one("#fit-refusal").text
    fit_page.drop("other.csv", 'N,D,loss\n1e9,1e10,2"5\n')
    assert "a quote stands inside a field" in fit_page.one("#fit-refusal").text


def test_fit_is_usable_without_eyes(fit_page, driver):
    axe = pytest.importorskip("axe_core_python.base", reason="axe-core-python is not installed")
    fit_page.drop("runs.csv", simulated_runs(60))
    assert "verdict" in fit_page.one("#fitted pre").text
    fit_page.run(axe.AXE_SCRIPT)
    found = driver.execute_async_script("axe.run().then(arguments[0])")
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]] == []
