"""Laws as functions of arrays."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
import pytest

import isoflop

NAMES = [row["name"] for row in isoflop.laws().to_dict()["published"]]


def point(law: isoflop.Law) -> dict[str, float]:
    """A run inside every law's range."""
    values = {
        "n": 1.3e9,
        "d": 3.1e10,
        "g": 4.0,
        "e": 16.0,
        "u": 2e10,
        "s": 0.7,
        "a": 0.1,
        "c": 1e20,
    }
    return {key: values[key] for key in law.variables}


@pytest.mark.parametrize("name", NAMES)
def test_call_is_the_prediction(name: str) -> None:
    law = isoflop.law(name)
    x = point(law)
    # Vectorised: a few units in the last place apart.
    assert float(law(**x)) == pytest.approx(isoflop.predict(law, **x).mean, rel=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_that_of_differences(name: str) -> None:
    law = isoflop.law(name)
    x = point(law)
    for key, slope in law.gradient(**x).items():
        step = 1e-5 * x[key]
        up, down = law(**{**x, key: x[key] + step}), law(**{**x, key: x[key] - step})
        # Central differences: h^2 of truncation, and rounding over h.
        assert float(slope) == pytest.approx(float(up - down) / (2 * step), rel=1e-6, abs=1e-20)


@pytest.mark.parametrize("name", ["krajewski2024-e64", "hoffmann2022"])
def test_gradient_of_coefficients_is_that_of_differences(name: str) -> None:
    law = isoflop.law(name)
    x = point(law)
    slopes = law.gradient(**x, of="coefficients")
    assert list(slopes) == list(law.coefficients)
    for key, value in law.coefficients.items():
        ends = []
        for sign in (1, -1):
            data = law.to_dict()
            data["coefficients"][key] = value * (1 + sign * 1e-5)
            ends.append(float(isoflop.Law.from_json(json.dumps(data))(**x)))
        assert float(slopes[key]) == pytest.approx((ends[0] - ends[1]) / (2e-5 * value), rel=1e-6)


def test_call_broadcasts_and_takes_positions() -> None:
    law = isoflop.law("hoffmann2022")
    n, d = np.array([[1e9], [2e9]]), np.array([1e10, 2e10, 4e10])
    out = law(n, d)
    assert out.shape == (2, 3)
    assert out[1, 2] == law(n=2e9, d=4e10)
    assert np.isnan(law(n=float("nan"), d=1e10))
    for args, values in (((1e9,), {}), ((1e9, 1e10, 4), {}), ((1e9,), {"n": 1}), ((), {"z": 1})):
        with pytest.raises(isoflop.InvalidArgument):
            law(*args, **values)


def test_a_million_points_are_evaluated_together() -> None:
    """Two orders of magnitude faster a point than calls of one point; an order is asked."""
    law = isoflop.law("hoffmann2022")
    n, d = np.geomspace(1e8, 1e11, 10**6), np.geomspace(1e9, 1e12, 10**6)

    def seconds_of(call: Callable[[], object]) -> float:
        # The processors' time: what else runs does not count.
        begin = time.process_time()
        call()
        return time.process_time() - begin

    single = min(seconds_of(lambda: [law(1e9, 2e10) for _ in range(1000)]) for _ in range(5))
    together = min(seconds_of(lambda: law(n, d)) for _ in range(5))
    assert together / 10**6 < 0.1 * single / 1000
