"""Results as values: they pickle, compare, copy, and come back from JSON."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

import isoflop


@pytest.fixture(scope="module")
def plan() -> isoflop.Plan:
    return isoflop.plan("krajewski2024-e64", flops=[1e20, 1e21])


def test_pickle_keeps_everything(plan: isoflop.Plan, grid_fit: isoflop.Fit) -> None:
    for result in (plan, grid_fit, isoflop.law("krajewski2024-e64")):
        back = pickle.loads(pickle.dumps(result))
        assert type(back) is type(result)
        assert back == result and hash(back) == hash(result)
        assert str(back) == str(result)
        assert back.usable == result.usable
    assert pickle.loads(pickle.dumps(plan[0])) == plan[0]


def test_copies_are_equal_and_dicts_are_copies(plan: isoflop.Plan) -> None:
    assert copy.copy(plan) == copy.deepcopy(plan) == plan
    assert plan != isoflop.plan("krajewski2024-e64", flops=1e20)
    plan.to_dict()["plans"].clear()
    assert len(plan) == 2


def test_json_comes_back(plan: isoflop.Plan, tmp_path: Path) -> None:
    assert isoflop.Plan.from_json(plan.to_json()) == plan
    path = tmp_path / "plan.json"
    plan.save(path)
    assert isoflop.read(path) == plan
    assert "n_active" in repr(isoflop.read(path))
    with pytest.raises(isoflop.DataError, match="of a Plan, not of a Fit"):
        isoflop.Fit.from_json(plan.to_json())
    with pytest.raises(isoflop.DataError, match="no JSON"):
        isoflop.Plan.from_json("{")
    with pytest.raises(isoflop.DataError, match="no outcome"):
        isoflop.Plan.from_json("{}")


def test_save_leaves_no_half_file(plan: isoflop.Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.mkdir()
    with pytest.raises(OSError, match=r"plan\.json"):
        plan.save(path)
    assert list(tmp_path.iterdir()) == [path]
    path.rmdir()
    path.write_text("older")
    plan.save(path)
    assert path.read_text(encoding="utf-8") == plan.to_json()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_hold_the_rows(plan: isoflop.Plan, backend: str) -> None:
    pytest.importorskip(backend)
    frame = plan.to_frame(backend)
    column = frame["n_active"]
    values = column.to_pylist() if backend == "pyarrow" else column.to_list()
    assert values == [row.n_active for row in plan]


def test_notebooks_get_a_table(plan: isoflop.Plan, grid_fit: isoflop.Fit) -> None:
    assert "<th>n_active</th>" in plan._repr_html_()
    assert "<td>alpha</td>" in grid_fit._repr_html_()
    assert "<pre>" in isoflop.shape("data/shapes/gpt2.json")._repr_html_()


def test_other_outputs() -> None:
    sweep = isoflop.sweep(
        "krajewski2024-e64", flops=[1e18, 3e18], granularity=8, gated=True, emit="hf"
    )
    assert len(sweep.launch) == len(sweep)
    assert sweep.csv.startswith("name,") or "," in sweep.csv.splitlines()[0]
    with pytest.raises(AttributeError, match="no csv"):
        _ = isoflop.plan("krajewski2024-e64", flops=1e20).csv
    profiles = isoflop.profiles("data/simulated/hoffmann2022_sweep.csv", bootstrap=0)
    assert profiles.law.plan(flops=1e21)[0].d_tokens > 0


def test_reports_hold_what_they_show(grid_fit: isoflop.Fit, tmp_path: Path) -> None:
    page = tmp_path / "law.html"
    grid_fit.save(page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.count("<figure>") == 5
    assert isoflop.read(page) == grid_fit
    assert isoflop.law(page).plan(flops=1e21)[0] == grid_fit.plan(flops=1e21)[0]
    with pytest.raises(isoflop.DataError, match="no report of isoflop"):
        isoflop.Plan.from_json("<!doctype html><html></html>")
