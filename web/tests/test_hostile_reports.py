"""Reports of hostile documents in a browser: nothing in them runs."""

import copy
import json

from conftest import ROOT, isoflop

RUN = "document.documentElement.dataset.ran = 1"
POISON = f"-->\"'></title></style></script><script>{RUN}</script><img src=x onerror='{RUN}'><!--"
SEEDS = sorted((ROOT / "fuzz/seeds/picture").glob("*.json"))
FIXED = {"format", "verb", "status", "verdict", "kind", "word", "accounting"}


def poisoned(value, key=""):
    """Every text but the words that a reader knows, and the names of what it does not read."""
    if isinstance(value, str):
        return value if key in FIXED else POISON
    if isinstance(value, list):
        return [poisoned(each, key) for each in value]
    if isinstance(value, dict):
        return {name: poisoned(each, name) for name, each in value.items()}
    return value


def opened(driver, path):
    driver.get("about:blank")
    driver.get(path.resolve().as_uri())
    assert driver.execute_script("return document.readyState") == "complete"
    return driver.execute_script(
        "return [document.documentElement.dataset.ran, document.querySelectorAll('script').length,"
        " document.querySelectorAll('img, iframe, object, embed').length,"
        " document.body.textContent.includes(arguments[0]),"
        " JSON.parse(document.getElementById('isoflop').textContent).format]",
        f"<script>{RUN}",
    )


def test_nothing_in_a_report_runs(driver, tmp_path):
    for seed in SEEDS:
        document = json.loads(seed.read_text("utf-8"))
        # All texts at once, and those alone that leave its pictures standing.
        half = copy.deepcopy(document)
        half["law"] = POISON
        half["inputs"] = [{"path": POISON, "sha256": POISON}]
        half["request"] = {"verb": "plan", POISON: POISON}
        for changed in (poisoned(document), half):
            source, page = tmp_path / "document.json", tmp_path / "report.html"
            source.write_text(json.dumps(changed))
            done = isoflop("report", source, "-o", page)
            assert done.returncode == 0, done.stderr
            ran, scripts, others, shown, format_name = opened(driver, page)
            assert ran is None, seed
            assert (scripts, others, shown) == (1, 0, True), seed
            assert format_name == document["format"]


def test_nothing_in_a_picture_runs(driver, tmp_path):
    figure = json.loads((ROOT / "fuzz/seeds/figure/residuals.json").read_text("utf-8"))
    figure["title"] = figure["description"] = POISON
    for panel in figure["panels"]:
        panel["title"] = panel["x"]["label"] = panel["y"]["unit"] = POISON
        for series in panel["series"]:
            series["label"] = POISON
            series["names"] = [POISON for _ in series.get("names", [])]
    source, drawn = tmp_path / "figure.json", tmp_path / "figure.svg"
    source.write_text(json.dumps(figure))
    done = isoflop("figure", "residuals", source, "-o", drawn)
    assert done.returncode == 0, done.stderr
    driver.get(drawn.resolve().as_uri())
    assert driver.execute_script("return document.documentElement.tagName") == "svg"
    assert driver.execute_script("return document.documentElement.dataset.ran") is None
    assert driver.execute_script("return document.querySelectorAll('script, image').length") == 0
    assert driver.execute_script(
        "return document.documentElement.textContent.includes(arguments[0])", f"<script>{RUN}"
    )


def test_these_texts_run_where_they_stand_as_they_are(driver, tmp_path):
    page = tmp_path / "page.html"
    for before in ("<title>", '<p title="', "<style>", "<script type=application/json>", "<!--"):
        page.write_text(f"<!doctype html>{before}{POISON}")
        driver.get(page.resolve().as_uri())
        assert driver.execute_script("return document.documentElement.dataset.ran") == "1", before
