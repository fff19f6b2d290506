"""The quick start of python/README.md, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import isoflop
from conftest import ROOT


def sweep_csv(path: Path) -> None:
    """Four budgets of seven sizes by a published law, with 0.3 % noise."""
    rng = np.random.default_rng(7)
    law = isoflop.law("hoffmann2022")
    rows = ["params,tokens,flops,final_loss"]
    for flops in (1e18, 3e18, 1e19, 3e19):
        for n in np.sqrt(flops / 120) * 2.0 ** np.linspace(-2, 2, 7):
            d = flops / (6 * n)
            loss = float(law(n, d)) * np.exp(0.003 * rng.normal())
            rows.append(f"{n:.0f},{d:.0f},{flops:g},{loss:.5f}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def test_quick_start_runs_as_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib").use("Agg")
    text = (ROOT / "python/README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    sweep_csv(tmp_path / "sweep.csv")
    config = (ROOT / "data/shapes/olmoe-1b-7b.json").read_text(encoding="utf-8")
    (tmp_path / "config.json").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "python/README.md", "exec"), names)
    fit = names["fit"]
    assert isinstance(fit, isoflop.Fit)
    assert fit.usable
    assert fit.predict(n=[1e9, 7e9], d=2e11).mean.shape == (2,)
    plan = names["plan"]
    assert isinstance(plan, isoflop.Plan)
    assert list(plan.to_pandas()["budget_flops"]) == [1e21, 1e22]
