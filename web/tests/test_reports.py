"""Every kind of report is HTML without a fault, small enough to be mailed, and asks for nothing."""

import json
import re

import html5lib
import pytest

from conftest import ROOT, isoflop

SWEEP = ROOT / "data/simulated/hoffmann2022_sweep.csv"
RUNS = ROOT / "data/published/krajewski2024_grid_simulated.csv"
FIT = f"{RUNS} --law fine-grained-moe --column loss=loss_simulated --n-means total_non_embedding"
FIT += " --expansion 64 --starts 50"
LAYERS = "--gpu h200 --tokens 16384 --d-model 2048 --d-ff 8192 --expansion 64 --granularity 1,8,32"

REPORTS = {
    "fit": f"fit {FIT} --bootstrap 100",
    "fit with its profile": f"fit {FIT} --bootstrap 20 --profile",
    "plan": "plan krajewski2024-e64 --flops 1e21 --shapes --gated",
    "plan in time": "plan krajewski2024-e64 --gpu-hours 10K --micro-batch 16384"
    " --cost-table h200-paper",
    "profiles": f"profiles {SWEEP} --flops 1e21 --bootstrap 50",
    "sweep": "sweep krajewski2024-e64 --flops 1e18 3e18 --noise 0.3 --simulations 50",
    "backtest": f"backtest {SWEEP} --law chinchilla --hold-out d:20%",
    "sensitivity": f"sensitivity {SWEEP} --law chinchilla --flops 1e21 --starts 20",
    "frontier": "frontier krajewski2024-e64 --from 1e20 --to 1e22 --points 3",
    "granularity": "granularity krajewski2024-e64 --n-active 7.08M --d 66B",
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reports")


def made(folder, kind):
    """The report of a kind, written once."""
    path = folder / (kind.replace(" ", "-") + ".html")
    if path.exists():
        return path
    if kind == "law by its name":
        words = ["report", "krajewski2024-e64", "-o", path]
    elif kind == "cost table":
        assert (
            isoflop("bench", "model", *LAYERS.split(), "-o", folder / "cost.json").returncode == 0
        )
        words = ["bench", "show", folder / "cost.json", "--report", path]
    else:
        words = [*REPORTS[kind].split(), "--report", path]
    out = isoflop(*words, cwd=folder)
    assert out.returncode == 0, out.stderr
    return path


WITHOUT_PICTURES = {"plan in time", "sweep", "sensitivity"}
KINDS = [*REPORTS, "law by its name", "cost table"]
ADDRESSES = {"src", "href", "srcset", "data", "action", "formaction", "poster", "background"}
FETCHED = r"url\((?!#)|@import"


@pytest.mark.parametrize("kind", KINDS)
def test_report_is_html_without_a_fault(folder, kind):
    text = made(folder, kind).read_text(encoding="utf-8")
    assert len(text.encode()) < 500_000
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    document = parser.parse(text)  # raises at the first fault
    assert document.find(".//h1").text
    pictures = document.findall(".//{http://www.w3.org/2000/svg}svg")
    assert (len(pictures) > 0) == (kind not in WITHOUT_PICTURES)
    own = document.find(".//script[@id='isoflop']").text
    assert json.loads(own)["format"].startswith("isoflop.")
    for element in document.iter():
        for name, value in element.attrib.items():
            name = str(name).split("}")[-1]
            assert name not in ADDRESSES or value.startswith("#"), (element.tag, name, value)
            assert not re.search(FETCHED, value), (element.tag, name, value)
        if str(element.tag).split("}")[-1] == "style":
            assert not re.search(FETCHED, element.text), element.text


def test_a_fault_in_a_report_would_be_found(folder):
    text = made(folder, "plan").read_text(encoding="utf-8")
    for good, bad in [("</main>", ""), ("<h1>", '<h1 id="a" id="b">'), ("<dl>", "<dl></p>")]:
        assert good in text
        with pytest.raises(html5lib.html5parser.ParseError):
            html5lib.HTMLParser(strict=True).parse(text.replace(good, bad, 1))


def test_reports_request_nothing(driver, folder):
    for kind in KINDS:
        driver.get("about:blank")
        driver.get_log("performance")
        driver.get_log("browser")
        address = made(folder, kind).as_uri()
        driver.get(address)
        messages = [json.loads(e["message"])["message"] for e in driver.get_log("performance")]
        asked = [
            m["params"]["request"]["url"]
            for m in messages
            if m["method"] == "Network.requestWillBeSent"
        ]
        assert asked == [address], kind
        assert not driver.get_log("browser"), kind
