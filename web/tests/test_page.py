"""Each test does what a person does on the page and compares with what the program says."""

import base64
import gzip
import itertools
import json
import re
import statistics
import subprocess
import urllib.parse

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import PAGE, PROGRAM, ROOT, Page, isoflop, plan_json

NUMBERS = ["n_active", "n_total", "d_tokens", "granularity", "loss", "tokens_per_active_parameter"]


def assert_same(page, plan, column=0):
    """The numbers behind the page are the program's; another compiler may round the last digits."""
    for key in NUMBERS:
        if plan.get(key) is not None:
            assert page.number(key, column) == pytest.approx(plan[key], rel=1e-9), key


def printed_row(*words):
    """The cells of the first row that the program prints, by their heads."""
    lines = isoflop("plan", *words).stdout.splitlines()
    first = next(i for i, line in enumerate(lines) if "N active" in line and "D tokens" in line)
    heads = re.split(r"\s{2,}", lines[first].strip())
    return dict(zip(heads, re.split(r"\s{2,}", lines[first + 1].strip()), strict=False))


def test_typed_budget_gives_the_plan_of_the_command_line_to_the_digit(page):
    page.type("flops", "3e21")
    row = printed_row("krajewski2024-e64", "--flops", "3e21")
    heads = {
        "N active": "n_active",
        "N total": "n_total",
        "D tokens": "d_tokens",
        "G": "granularity",
        "D/N active": "tokens_per_active_parameter",
        "loss": "loss",
        "d_model": "d_model",
        "blocks": "n_blocks",
        "FLOPs": "budget_flops",
        "loss at G=1": "coarse_loss",
    }
    assert {head: page.shown(key) for head, key in heads.items()} == {
        head: row[head] for head in heads
    }
    assert_same(page, plan_json("krajewski2024-e64", "--flops", "3e21"))


def test_gpus_and_days_give_hours_and_money(page):
    page.budget("days")
    for name, text in {
        "gpus": "64",
        "days": "7",
        "gpu": "h100-sxm",
        "mfu": "0.35",
        "price_per_gpu_hour": "2",
    }.items():
        page.type(name, text)
    plan = plan_json(
        "krajewski2024-e64",
        *"--gpus 64 --days 7 --gpu h100-sxm --mfu 0.35".split(),
        "--price-per-gpu-hour",
        "2",
    )
    assert_same(page, plan)
    assert page.number("gpu_hours") == pytest.approx(64 * 7 * 24)
    assert page.shown("price") == "21504.00"


def test_target_loss_gives_the_cheapest_budget(page):
    page.budget("loss")
    page.type("target_loss", "2.5")
    plan = plan_json("krajewski2024-e64", "--target-loss", "2.5")
    assert_same(page, plan)
    assert page.number("budget_flops") == pytest.approx(plan["budget_flops"], rel=1e-9)


@pytest.mark.parametrize("table", ["h200-modern", "h200-paper"])
def test_shipped_cost_table_plans_in_time(page, table):
    page.budget("hours")
    page.type("gpu_hours", "10K")
    page.type("micro_batch", "16384")
    page.type("cost_table", table)
    words = ["--gpu-hours", "10K", "--micro-batch", "16384", "--cost-table", table]
    assert_same(page, plan_json("krajewski2024-e64", *words))


def test_limits_hold_and_their_prices_are_said(page):
    page.type("max_n_active", "1B")
    page.type("unique_tokens", "100B")
    words = "--flops 1e21 --max-n-active 1B --unique-tokens 100B".split()
    assert_same(page, plan_json("krajewski2024-e64", *words))
    said = page.one("#reports").text
    assert "--max-n-active 1B active parameters binds: 10 % more of it is worth" in said


def test_continuous_and_fixed_granularity(page):
    for word in ["continuous", "8"]:
        page.type("granularity", word)
        assert_same(page, plan_json("krajewski2024-e64", "--flops", "1e21", "--granularity", word))


def test_law_file_that_is_chosen_is_planned_with_its_intervals(page, fitted_law):
    page.one("#file").send_keys(str(fitted_law))
    page.wait(lambda: page.run("return question.law") == "fitted.json")
    page.settle()
    plan = plan_json("fitted.json", "--flops", "1e21", cwd=fitted_law.parent)
    assert_same(page, plan)
    row = page.cell("n_active").find_element(By.CLASS_NAME, "doubt").text
    low, high = plan["interval"]["n_active"]
    words = isoflop("plan", "fitted.json", "--flops", "1e21", cwd=fitted_law.parent).stdout
    assert row.removeprefix("95 %: ") in words, row
    assert low < plan["n_active"] < high
    assert page.shown("new_run") in words
    assert "It does not hold the files" in page.one("#not-shared").text
    kinds = [figure.get_attribute("data-kind") for figure in page.all("figure")]
    assert kinds == ["frontier", "granularity", "loss", "residuals", "coefficients"]


def test_dropped_file_is_taken(page, fitted_law):
    page.run(
        "const data = new DataTransfer();"
        "data.items.add(new File([arguments[0]], 'dropped.json'));"
        "document.dispatchEvent(new DragEvent('drop', {dataTransfer: data}));",
        fitted_law.read_text(),
    )
    page.wait(lambda: page.run("return question.law") == "dropped.json")
    page.settle()
    assert_same(page, plan_json(fitted_law, "--flops", "1e21"))


def test_dropped_cost_table_plans_in_time(page, tmp_path):
    table = tmp_path / "mine.json"
    table.write_bytes((ROOT / "data/costs/h200-modern.json").read_bytes())
    page.budget("hours")
    page.type("gpu_hours", "10K")
    page.type("micro_batch", "16384")
    page.one("#file").send_keys(str(table))
    page.wait(lambda: page.run("return question.values.cost_table") == "mine.json")
    page.settle()
    words = ["--gpu-hours", "10K", "--micro-batch", "16384", "--cost-table", table]
    assert_same(page, plan_json("krajewski2024-e64", *words))


def test_file_that_is_no_law_is_refused_in_words(page, tmp_path):
    (tmp_path / "odd.json").write_text('{"format": "isoflop.law/2", "law": "nonsense"}')
    page.one("#file").send_keys(str(tmp_path / "odd.json"))
    page.wait(lambda: page.one("#drop-refusal").text != "")
    assert "odd.json" in page.one("#drop-refusal").text
    assert page.run("return question.law") == "krajewski2024-e64"


def test_typed_formula_is_planned_with(page, tmp_path):
    page.choose("law", "my-law.json")
    for name, text in {
        "formula": "L(N, D) = E + A/N**alpha + B/D**beta",
        "coefficients": "E=1.82 A=482 alpha=0.348 B=2085 beta=0.366",
    }.items():
        page.one("#" + name).send_keys(text)
    page.settle()
    besiroglu = plan_json("besiroglu2024", "--flops", "1e21")
    assert page.number("n_active") == pytest.approx(besiroglu["n_active"], rel=0.2)
    command = page.run("return PASTES['command line'](question.law)")
    assert_same(page, json.loads(shell(command.rstrip() + " --json", tmp_path).stdout)["plans"][0])


def test_two_laws_stand_side_by_side(page):
    page.choose("rival", "hoffmann2022")
    assert [head.text for head in page.all("table.answer thead th")][1:] == [
        "krajewski2024-e64",
        "hoffmann2022",
    ]
    assert_same(page, plan_json("krajewski2024-e64", "--flops", "1e21"))
    assert page.number("loss", 1) == pytest.approx(
        plan_json("hoffmann2022", "--flops", "1e21")["loss"], rel=1e-9
    )


def test_shared_address_asks_the_same_question(page):
    page.budget("days")
    for name, text in {
        "gpus": "8",
        "days": "3",
        "gpu": "h200",
        "max_memory_gb": "141",
        "shard_over": "64",
    }.items():
        page.type(name, text)
    page.choose("rival", "krajewski2024-dense")
    address, numbers = page.driver.current_url, page.one("#numbers").text
    again = Page(page.driver, PAGE.resolve().as_uri()).open(urllib.parse.urlsplit(address).fragment)
    assert again.one("#numbers").text == numbers
    assert again.one("#f-max_memory_gb").get_attribute("value") == "141"
    assert not again.one("#not-shared").is_displayed()


def test_refusal_stands_beside_its_field(page):
    page.type("flops", "1e2x")
    said = isoflop("plan", "krajewski2024-e64", "--flops", "1e2x").stderr
    refusal = page.one("#e-flops").text
    assert refusal and refusal in said
    field = page.one("#f-flops")
    assert field.get_attribute("aria-invalid") == "true"
    assert "e-flops" in field.get_attribute("aria-describedby")
    page.type("flops", "1e21")
    assert field.get_attribute("aria-invalid") is None
    page.choose("law", "abnar2025")
    assert "--s" in page.one("#e-s").text


def test_what_lies_beyond_the_runs_is_marked_at_its_number(page):
    assert page.cell("n_active").find_elements(By.CLASS_NAME, "beyond")
    assert not page.cell("granularity").find_elements(By.CLASS_NAME, "beyond")
    assert "beyond the runs behind this law in N, D/N" in page.one("#reports .warning").text
    page.type("flops", "1e18")
    assert not page.cell("n_active").find_elements(By.CLASS_NAME, "beyond")


def test_every_number_has_its_convention(page):
    cells = page.all("table.answer td[data-key]")
    assert len(cells) > 10
    for cell in cells:
        assert cell.find_element(By.CLASS_NAME, "convention").text, cell.get_attribute("data-key")
    page.choose("law", "besiroglu2024")
    assert page.cell("n_active").find_element(By.CLASS_NAME, "convention").text == "N itself, total"


@pytest.mark.parametrize("kind", ["frontier", "granularity"])
def test_pictures_move_along_and_are_those_of_the_program(page, kind, tmp_path):
    def drawn():
        return page.one(f"figure[data-kind={kind}] svg").get_attribute("outerHTML")

    before = drawn()
    page.type("flops", "1e23")
    assert drawn() != before
    outcome = isoflop("plan", "krajewski2024-e64", "--flops", "1e23", "--json").stdout
    (tmp_path / "plan.json").write_text(outcome)
    svg = isoflop("figure", kind, tmp_path / "plan.json").stdout
    texts = [
        element.get_attribute("textContent")
        for element in page.all(f"figure[data-kind={kind}] text")
    ]
    assert len(texts) > 10
    assert texts == [
        re.sub("&amp;", "&", text) for text in re.findall(r"<text[^>]*>(.*?)</text>", svg)
    ]


def keystrokes(page, name, digits):
    """Milliseconds from each keystroke to its answer, where an exponent is typed over and over."""
    field = page.one(f"#f-{name}")
    took = []
    for key in itertools.chain.from_iterable((Keys.BACKSPACE, digit) for digit in digits):
        page.run("performance.clearMeasures()")
        field.send_keys(key)
        took += page.wait(
            lambda: page.run("return performance.getEntriesByName('answer').map((e) => e.duration)")
        )
    return took


def test_keystroke_is_answered_within_50_ms(page):
    durations = keystrokes(page, "flops", "0123456789" * 3)
    print(f"keystroke to answer: median {statistics.median(durations):.1f} ms of {len(durations)}")
    assert len(durations) >= 50
    assert statistics.median(durations) < 50


def test_keystroke_is_answered_within_50_ms_by_a_law_with_draws(page, fitted_law):
    page.one("#file").send_keys(str(fitted_law))
    page.wait(lambda: page.run("return question.law") == "fitted.json")
    page.settle()
    durations = keystrokes(page, "flops", "0123456789" * 3)
    print(f"by a law file: median {statistics.median(durations):.1f} ms of {len(durations)}")
    assert statistics.median(durations) < 50


@pytest.mark.parametrize("table", ["h200-modern", "h200-paper"])
def test_keystroke_is_answered_soon_by_a_cost_table(page, table):
    page.open(
        f"law=krajewski2024-e64&budget=hours&gpu_hours=1e3&micro_batch=16384&cost_table={table}"
    )
    durations = keystrokes(page, "gpu_hours", "0123456789" * 3)
    print(f"by {table}: median {statistics.median(durations):.1f} ms of {len(durations)}")
    assert statistics.median(durations) < 200


def shell(command, cwd=None):
    """What a terminal does with a pasted command, where `isoflop` is the program."""
    named = f'isoflop() {{ "{PROGRAM}" "$@"; }}\n'
    return subprocess.run(["bash", "-c", named + command], capture_output=True, text=True, cwd=cwd)


QUESTIONS = [
    "law=krajewski2024-e64&budget=flops&flops=1e21",
    "law=krajewski2024-e64&budget=days&gpus=64&days=7&gpu=h100-sxm&price_per_gpu_hour=2",
    "law=besiroglu2024&budget=flops&flops=1e22&tied=true&vocab=50257",
    "law=krajewski2024-e64&budget=flops&flops=1e21&shapes=1&gated=true&hyperparameters=step-law",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_copied_works_as_pasted(page, question, tmp_path):
    page.open(question)
    out = shell(page.one("[id='paste-command line']").text + " --json", tmp_path)
    assert out.returncode == 0, out.stderr
    plan = json.loads(out.stdout)["plans"][0]
    assert_same(page, plan)
    request = page.one("#paste-JSON").text
    run = isoflop("run", "-", input=request)
    assert json.loads(run.stdout)["plans"][0] == plan
    # The package is a front of its own: here stands what a call becomes, the request of its words.
    asked = {}
    code = page.one("#paste-Python").text.replace("import isoflop\n", "")

    class package:
        @staticmethod
        def plan(law, **fields):
            asked.update(verb="plan", law=law, **fields)

    exec(compile(code, "pasted", "exec"), {"isoflop": package, "print": lambda _: None})
    assert asked == json.loads(request)


def ask_for_run(page, rank, format_):
    label = f"run of shape {rank} by krajewski2024-e64 for {format_}"
    page.run("arguments[0].click()", page.one(f"[aria-label='{label}']"))


@pytest.mark.parametrize(("format_", "name"), [("megatron", "run.args"), ("hf", "config.json")])
def test_launch_configuration_is_that_of_the_command_line(page, downloads, format_, name):
    page.open("law=krajewski2024-e64&budget=flops&flops=1e21&shapes=1&gated=true")
    ask_for_run(page, 2, format_)
    page.wait(lambda: (downloads / name).exists() and (downloads / name).stat().st_size > 0)
    words = f"--flops 1e21 --gated --emit {format_} --rank 2".split()
    assert (downloads / name).read_text() == isoflop("plan", "krajewski2024-e64", *words).stdout


def test_shapes_are_those_of_the_command_line(page):
    page.open("law=krajewski2024-e64&budget=flops&flops=1e21&shapes=1&gated=true")
    plan = plan_json("krajewski2024-e64", "--flops", "1e21", "--shapes", "--gated")
    rows = [
        [cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
        for row in page.all("table.shapes tbody tr")
    ]
    assert [(row[1], row[2], row[-2]) for row in rows] == [
        (
            str(s["shape"]["d_model"]),
            str(s["shape"]["num_blocks"]),
            str(s["run"]["global_batch_size"]),
        )
        for s in plan["shapes"]
    ]
    assert page.all("#shapes figure[data-kind=memory] svg")


def test_what_a_format_cannot_say_is_refused(page):
    page.open("law=krajewski2024-e64&budget=flops&flops=1e21&shapes=1")
    ask_for_run(page, 1, "hf")
    page.wait(lambda: page.one("#launch-refusal").text != "")
    assert "(--gated)" in page.one("#launch-refusal").text


def test_flags_and_hints_are_those_of_the_help(page):
    words = " ".join(isoflop("plan", "--help").stdout.split())
    for field in page.run("return FIELDS"):
        flag = "--" + field["name"].replace("_", "-")
        assert f" {flag} " in words, flag
        assert field["hint"] in words, field["hint"]


def test_nothing_is_requested_from_anywhere(driver):
    driver.get_log("performance")
    driver.get_log("browser")
    page = Page(driver, PAGE.resolve().as_uri()).open(
        "law=krajewski2024-e64&budget=flops&flops=1e21&shapes=1"
    )
    page.type("flops", "1e22")
    requests = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            requests.append(message["params"]["request"]["url"].split("#")[0])
    own = ("about:", "data:", "blob:", PAGE.resolve().as_uri())
    assert requests and not [url for url in requests if not url.startswith(own)]
    assert not [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    policy = page.one("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'none';")
    assert (
        page.run("return fetch('https://example.org').then(() => 'sent', () => 'refused')")
        == "refused"
    )


def test_file_server_serves_it_as_well(driver, server):
    page = Page(driver, server).open()
    assert_same(page, plan_json("krajewski2024-e64", "--flops", "1e21"))


def test_page_is_one_small_file():
    page = PAGE.read_bytes()
    print(f"{len(page)} bytes, {len(gzip.compress(page, 9))} by gzip")
    assert len(page) < 600_000
    assert len(gzip.compress(page, 9)) < 400_000
    assert not re.search(rb"(?:src|href)=[\"'](?!data:)", page.split(b"<script", 1)[0])


def test_answer_is_spoken(page):
    page.type("flops", "1e20")
    page.wait(lambda: page.shown("n_active") in page.one("#spoken").get_attribute("textContent"))
    assert page.one("#spoken").get_attribute("aria-live") == "polite"


def test_keyboard_reaches_the_budget_and_focus_is_seen(page):
    for _ in range(12):
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        if page.run("return document.activeElement.id") == "f-flops":
            break
    assert page.run("return document.activeElement.id") == "f-flops"
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"


def use(driver, width, scheme):
    driver.set_window_size(width, 1000)
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_page_is_accessible_and_fits(driver, width, scheme):
    axe = pytest.importorskip("axe_core_python.base", reason="axe-core-python is not installed")
    use(driver, width, scheme)
    try:
        page = Page(driver, PAGE.resolve().as_uri()).open(
            "law=krajewski2024-e64&rival=besiroglu2024&budget=flops&flops=1e21&shapes=1&gated=true"
        )
        assert page.run("return document.documentElement.scrollWidth") <= width
        folder = PAGE.parent / "screenshots"
        folder.mkdir(exist_ok=True)
        shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        (folder / f"{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
        page.run(axe.AXE_SCRIPT)
        found = driver.execute_async_script("axe.run().then(arguments[0])")
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]] == []
        assert len(found["passes"]) > 20
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        driver.set_window_size(1280, 1000)
