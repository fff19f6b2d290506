"""A fit in memory: its attributes, predictions and plans."""

from __future__ import annotations

import numpy as np
import pytest

import isoflop


def test_attributes_are_those_of_the_law_file(grid_fit: isoflop.Fit) -> None:
    data = grid_fit.to_dict()
    assert grid_fit.verdict == data["fit"]["verdict"]
    assert grid_fit.coefficients["alpha"] == data["coefficients"]["alpha"]
    assert grid_fit.interval("alpha").tolist() == data["intervals"]["alpha"]
    assert grid_fit.draws is not None
    assert grid_fit.draws.shape == (60, 7)
    assert grid_fit.usable
    with pytest.raises(isoflop.InvalidArgument, match="no coefficient"):
        grid_fit.interval("zeta")
    with pytest.raises(AttributeError, match="no zeta"):
        _ = grid_fit.zeta


def test_prediction_broadcasts(grid_fit: isoflop.Fit) -> None:
    out = grid_fit.predict(n=[[1e9], [7e9]], d=[2e10, 4e10, 8e10], g=8)
    assert out.mean.shape == (2, 3)
    assert out.interval is not None and out.new_run is not None
    assert out.interval.shape == out.new_run.shape == (2, 3, 2)
    assert (out.interval[..., 0] <= out.mean).all() and (out.mean <= out.interval[..., 1]).all()
    assert "N" in out.extrapolates


def test_prediction_is_that_of_the_verb(grid_fit: isoflop.Fit) -> None:
    one = isoflop.predict(grid_fit, n=1e9, d=2e10, g=8)
    many = grid_fit.predict(n=1e9, d=2e10, g=8)
    assert many.mean == one.mean == one.loss
    assert many.interval is not None and many.new_run is not None
    assert many.interval.tolist() == one.interval.tolist()
    assert many.new_run.tolist() == one.new_run.tolist()


def test_published_law_predicts_without_intervals() -> None:
    out = isoflop.law("krajewski2024-e64").predict(n=[1e9, 2e9], d=2e10, g=8)
    assert out.interval is None and out.new_run is None


def test_plans_of_a_fit_that_has_no_file(grid_fit: isoflop.Fit) -> None:
    plan = grid_fit.plan(flops=[1e20, 1e21])
    assert len(plan) == 2
    assert plan[0].n_active == plan.to_dict()["plans"][0]["n_active"]
    assert [row.budget_flops for row in plan] == [1e20, 1e21]
    assert plan.to_columns()["n_active"][1] == plan[1].n_active


def test_formula_may_use_python_powers() -> None:
    rng = np.random.default_rng(1)
    n, d = np.meshgrid(np.geomspace(1e8, 1e10, 5), np.geomspace(1e9, 1e11, 5))
    loss = 1.7 + 400 / n**0.34 + 410 / d**0.28
    runs = {"N": n.ravel(), "D": d.ravel(), "loss": (loss * rng.normal(1, 1e-3, n.shape)).ravel()}
    own = isoflop.fit(runs, law="L = E + A/N**alpha + B/D**beta", bootstrap=0, starts=300)
    shipped = isoflop.fit(runs, law="chinchilla", bootstrap=0)
    assert own.coefficients.keys() == shipped.coefficients.keys()
    assert own.objective == pytest.approx(shipped.objective, rel=1e-6)
    said = isoflop.formula(
        "E + A*N**-alpha + B*D**-beta",
        variables=["N", "D"],
        coefficients=["E", "A", "alpha", "B", "beta"],
    )
    assert said.expression == "E + A*N^-alpha + B*D^-beta"


def test_calibrated_profile_report(grid_fit: isoflop.Fit) -> None:
    assert "profile" in grid_fit.report(profile=True)
    assert grid_fit.report() == str(grid_fit)
