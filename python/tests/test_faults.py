"""Exceptions, notices and the words in them."""

from __future__ import annotations

import pytest

import isoflop
from conftest import GRID


def test_argument_at_fault_is_named_the_python_way() -> None:
    with pytest.raises(isoflop.InvalidArgument, match=r"flops=.*above zero") as caught:
        isoflop.plan("krajewski2024-e64", flops=-1)
    assert caught.value.field == "flops"
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, isoflop.Error)


def test_unknown_argument_is_refused_with_those_there_are() -> None:
    with pytest.raises(isoflop.InvalidArgument, match=r'no field "flop"; there are:.* flops'):
        isoflop.plan("krajewski2024-e64", flop=1e21)


def test_bad_tables_and_laws() -> None:
    with pytest.raises(isoflop.DataError, match=r"README\.md"):
        isoflop.fit("README.md", law="chinchilla")
    with pytest.raises(isoflop.DataError, match="krajewski2024-e64"):
        isoflop.law("krajewski2024-e65")
    with pytest.raises(isoflop.DataError, match="no law with coefficients"):
        isoflop.law("chinchilla")
    with pytest.raises(isoflop.InvalidArgument):
        isoflop.run({"verb": "sing"})


def test_faults_of_progress_end_the_call() -> None:
    def report(what: str, done: int, all_: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        isoflop.fit(
            GRID, law="fine-grained-moe", loss="loss_simulated", bootstrap=100000, progress=report
        )


def test_progress_is_told() -> None:
    heard: list[tuple[str, int, int]] = []
    isoflop.fit(
        GRID,
        law="fine-grained-moe",
        loss="loss_simulated",
        bootstrap=3000,
        progress=lambda what, done, all_: heard.append((what, done, all_)),
    )
    assert heard
    assert all(0 <= done <= all_ for _, done, all_ in heard)
