"""Figures: what they draw, by what matplotlib holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import isoflop

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def closed() -> object:
    yield
    plt.close("all")


def test_loss_draws_every_run_and_a_curve_per_value(grid_fit: isoflop.Fit) -> None:
    ax = grid_fit.plot.loss()
    assert len(ax.collections[-1].get_offsets()) == 78
    assert len(ax.lines) == 4
    curve = ax.lines[0]
    n = np.asarray(curve.get_xdata())
    law = grid_fit(n=n, d=16384000000.0, g=4.0)
    assert np.allclose(curve.get_ydata(), law, rtol=1e-12)
    assert ax.get_xscale() == "log"


def test_residuals_are_the_fit_s(grid_fit: isoflop.Fit) -> None:
    ax = grid_fit.plot.residuals()
    errors = np.asarray(ax.collections[0].get_offsets())[:, 1]
    assert len(errors) == 78
    assert np.sqrt(np.mean((errors / 100) ** 2)) == pytest.approx(grid_fit.rmse_log, rel=1e-6)
    largest = grid_fit.to_dict()["fit"]["worst_residuals"][0]["log_residual"]
    assert np.abs(errors).max() == pytest.approx(100 * abs(largest), rel=1e-9)


def test_pair_plot_has_a_panel_per_pair(grid_fit: isoflop.Fit) -> None:
    figure = grid_fit.plot.coefficients()
    assert sum(ax.get_visible() for ax in figure.axes) == 7 * 8 // 2


def test_frontier_draws_the_plans(grid_fit: isoflop.Fit) -> None:
    ax = plt.figure().subplots()
    assert grid_fit.plot.frontier(1e18, 1e22, points=5, ax=ax) is ax
    wanted = grid_fit.frontier(from_=1e18, to=1e22, points=5)
    assert list(ax.lines[1].get_ydata()) == [row.n_active for row in wanted]


def test_figures_are_written(grid_fit: isoflop.Fit, tmp_path: Path) -> None:
    grid_fit.plot.loss(x="d", by="n").figure.savefig(tmp_path / "loss.png")
    assert (tmp_path / "loss.png").stat().st_size > 10_000


def test_a_fit_from_a_file_says_why_it_cannot_be_drawn(
    grid_fit: isoflop.Fit, tmp_path: Path
) -> None:
    grid_fit.save(tmp_path / "law.json")
    with pytest.raises(isoflop.InvalidArgument, match="does not hold its runs"):
        isoflop.read(tmp_path / "law.json").plot.loss()
