"""isoflop.bench: the same way through the program as on a GPU, with tiny layers on a CPU."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import isoflop
from conftest import ROOT
from isoflop.bench.sampling import Soak, StopRule, summarize

RATES = {"tokens": 64, "d_model": 32, "d_ff": 64, "expansion": 4, "granularity": [1, 2]}


@pytest.fixture
def torch() -> Iterator[Any]:
    """PyTorch on one thread: with more, threads wait for each other on a busy machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its import
        module = pytest.importorskip("torch", reason="needs PyTorch")
    before = module.get_num_threads()
    module.set_num_threads(1)
    yield module
    module.set_num_threads(before)


def quick(make_layer: Any, shapes: Any = RATES, **options: Any) -> isoflop.CostTable:
    return isoflop.bench.measure(make_layer, shapes, max_seconds=0.02, device="cpu", **options)


def test_shapes_are_those_of_the_library() -> None:
    by_rates = isoflop.bench.shapes(**RATES)
    assert [(s.num_experts, s.expert_width, s.top_k) for s in by_rates] == [(4, 64, 1), (8, 32, 2)]
    by_counts = isoflop.bench.shapes(tokens=64, d_model=32, num_experts=8, expert_width=32, top_k=2)
    assert by_counts == by_rates[1:]
    with pytest.raises(isoflop.InvalidArgument, match="tokens= is needed"):
        isoflop.bench.shapes(d_model=32)
    with pytest.raises(isoflop.InvalidArgument, match="not a multiple of 8"):
        isoflop.bench.shapes(tokens=64, d_model=33, num_experts=8, expert_width=32, top_k=2)


def test_work_is_that_of_the_benchmark() -> None:
    from isoflop.bench.shape import LayerShape, work_of

    rows = json.loads((ROOT / "data/costs/h200-modern.json").read_text(encoding="utf-8"))["rows"]
    row = next(r for r in rows if r["backend"] == "loop" and r["stage"] == "whole" and r["graph"])
    names = ("tokens", "d_model", "d_ff", "num_experts", "expert_width", "top_k", "activation")
    work = work_of(LayerShape(**{name: row[name] for name in names}), None)[row["pass"]]
    assert work.model_flops == row["model_flops"]
    assert work.executed_flops == row["executed_flops"]


def test_padding_counts_whole_tiles_of_every_expert() -> None:
    from isoflop.bench.shape import work_of

    (shape,) = isoflop.bench.shapes(tokens=256, d_model=32, num_experts=2, expert_width=32, top_k=1)
    even = work_of(shape, [128, 128])["forward"]
    assert even.padded_flops == even.model_flops
    odd = work_of(shape, [127, 129])["forward"]
    experts = 2 * 3 * 256 * 32 * 32
    assert odd.padded_flops - even.padded_flops == experts / 2


def test_median_and_interval_are_those_of_the_samples() -> None:
    samples = np.random.default_rng(3).normal(1e-3, 1e-5, 40).tolist()
    summary = summarize(samples, seed=1)
    assert summary.time_s == np.median(samples)
    assert summary.p10_s == np.quantile(samples, 0.1)
    # The standard deviation of a median of n normal samples is 1.25 sigma / sqrt(n).
    half = (summary.high_s - summary.low_s) / 2
    assert half == pytest.approx(1.96 * 1.25 * 1e-5 / np.sqrt(40), rel=0.35)
    assert summary.low_s <= summary.time_s <= summary.high_s
    assert summary == summarize(samples, seed=1)
    with pytest.raises(ValueError, match="above 0"):
        summarize([1e-3, 0.0])


def test_sampling_stops_when_the_interval_is_narrow_or_time_is_up() -> None:
    steady, wild = [1e-3] * 30, [1e-3, 2e-3] * 15
    assert not StopRule(30, 3.0)(steady[:29], 9.0)
    assert StopRule(30, 3.0)(steady, 0.1)
    assert not StopRule(30, 3.0)(wild, 0.1)
    assert StopRule(30, 3.0)(wild, 3.0)


def test_a_card_has_settled_when_two_windows_agree() -> None:
    soak = Soak(0.5)
    for _ in range(4):
        soak.add(0.1, 100)
        assert not soak.settled
    soak.add(0.1, 100)
    assert soak.settled
    restless = Soak(0.5)
    for i in range(15):
        assert not restless.settled
        restless.add(0.1, 100 + 50 * (i % 2))
    assert restless.settled  # after three times as long


def test_a_rehearsal_is_no_measurement(torch: Any, tmp_path: Path) -> None:
    table = quick("torch")
    assert table.source == "rehearsal"
    assert "nothing counts as measured" in repr(table)
    assert [(r["pass"], r["granularity"]) for r in with_granularity(table)] == [
        (name, g) for g in (1, 2) for name in ("forward", "backward", "both")
    ]
    for row in table:
        assert len(row.samples_s) >= 30
        assert row.time_s == np.median(row.samples_s)
        assert row.checked == "reference"
        assert 0 < row.check_error <= row.check_tolerance
        assert row.mean_rows * row.num_experts == row.tokens * row.top_k
        assert row.min_rows <= row.mean_rows <= row.max_rows
    path = tmp_path / "stack.json"
    table.save(path)
    assert isoflop.read(path) == table
    for cost_table in (table, path):
        with pytest.raises(isoflop.DataError, match="no measurements of a GPU"):
            isoflop.plan("krajewski2024-e64", gpu_hours=10, cost_table=cost_table)


def with_granularity(table: isoflop.CostTable) -> list[dict[str, Any]]:
    return [{**row, "granularity": row.d_ff // row.expert_width} for row in table]


@pytest.mark.parametrize("adapter", ["torch", "transformers"])
def test_adapters_agree_with_float64(torch: Any, adapter: str) -> None:
    if adapter == "transformers":
        pytest.importorskip("transformers", reason="needs transformers")
    for words in (
        {"num_experts": 16, "expert_width": 16, "top_k": 4},
        {"num_experts": 8, "expert_width": 32, "top_k": 2, "renormalize": True},
        {"num_experts": 4, "expert_width": 32, "top_k": 1, "renormalize": True},
        {"num_experts": 4, "expert_width": 32, "top_k": 4},
    ):
        checked = check_of(torch, adapter, {"tokens": 192, "d_model": 64, **words})
        assert checked.kind == "reference"
        assert not checked.faults, checked.faults
        for item in checked.items:  # and not because everything passes
            assert item.error > item.tolerance / 10
    if adapter == "torch":
        for activation in ("gelu", "relu"):
            words = {"num_experts": 8, "expert_width": 32, "top_k": 2, "activation": activation}
            checked = check_of(torch, adapter, {"tokens": 192, "d_model": 64, **words})
            assert not checked.faults, checked.faults
    else:
        with pytest.raises(isoflop.InvalidArgument, match="activation="):
            quick(adapter, {**RATES, "activation": "relu"})


def test_the_adapter_of_liger_takes_swiglu_alone(torch: Any) -> None:
    with pytest.raises(isoflop.InvalidArgument, match="activation="):
        quick("liger", {**RATES, "activation": "relu"})


def check_of(torch: Any, make_layer: Any, words: dict[str, Any], kind: str = "reference") -> Any:
    from isoflop.bench.check import Inputs, check

    make = isoflop.bench.ADAPTERS.get(make_layer) if isinstance(make_layer, str) else make_layer
    (shape,) = isoflop.bench.shapes(**words)
    torch.manual_seed(1)
    size = (shape.tokens, shape.d_model)
    inputs = Inputs(torch.randn(*size).bfloat16(), torch.randn(*size).bfloat16())
    assert make is not None
    return check(make(shape), shape, inputs, kind)


class Changed:
    """The layer of the adapter "torch", whose result somebody changes."""

    def __init__(
        self, shape: Any, change: Callable[[Any], Any], shows_weights: bool = True
    ) -> None:
        self._layer = isoflop.bench.ADAPTERS["torch"](shape)
        self._change = change
        if shows_weights:
            self.weights = self._layer.weights  # type: ignore[attr-defined]

    def parameters(self) -> Any:
        return self._layer.parameters()

    def __call__(self, x: Any) -> Any:
        return self._change(self._layer(x))


def without_some_tokens(out: Any) -> Any:
    kept = out.new_ones(len(out), 1)
    kept[-8:] = 0  # what came last found no room
    return out * kept


@pytest.mark.parametrize(
    "change",
    [
        lambda out: 1.03 * out,
        lambda out: out.roll(1, 0),
        lambda out: out.detach() + 0.97 * (out - out.detach()),
        without_some_tokens,
    ],
    ids=["scaled", "moved", "other gradient", "dropped"],
)
def test_a_layer_that_is_wrong_is_not_timed(torch: Any, change: Any) -> None:
    calls = []

    def make_layer(shape: Any) -> Any:
        calls.append(shape)
        return Changed(shape, change)

    with pytest.raises(isoflop.Error, match=r"mine, 64 tokens.*against float64.*nothing is timed"):
        quick(make_layer, backend="mine")
    assert len(calls) == 1


def test_a_layer_without_weights_is_held_to_itself(torch: Any) -> None:
    table = quick(lambda shape: Changed(shape, lambda out: out, False), backend="mine")
    assert {row.checked for row in table} == {"self"}
    assert table[0].max_rows == table[0].tokens
    assert any("rows per expert: unknown" in remark for remark in table[0].remarks)
    for change in (without_some_tokens, lambda out: 0 * out, lambda out: out / 0):
        with pytest.raises(isoflop.Error, match="against itself in another order"):
            quick(lambda shape: Changed(shape, change, False), backend="mine")  # noqa: B023
    with pytest.raises(isoflop.InvalidArgument, match="check="):
        quick(lambda shape: Changed(shape, abs, False), backend="mine", check="reference")
    unchecked = quick(lambda shape: Changed(shape, abs, False), backend="mine", check="none")
    assert {row.checked for row in unchecked} == {"none"}
    assert {row.check_error for row in unchecked} == {None}


def test_weights_may_lie_otherwise_than_in_the_reference(torch: Any) -> None:
    class Loop:
        """A module per expert, as many stacks have it."""

        def __init__(self, shape: Any) -> None:
            n, d = shape.expert_width, shape.d_model

            def linear(rows: int, columns: int) -> Any:
                out = torch.nn.Linear(columns, rows, bias=False, dtype=torch.bfloat16)
                torch.nn.init.normal_(out.weight, std=0.02)
                return out

            self._shape = shape
            self.gate = linear(shape.num_experts, d)
            self.experts = [
                (linear(n, d), linear(n, d), linear(d, n)) for _ in range(shape.num_experts)
            ]

        def parameters(self) -> Any:
            linears = [self.gate, *(each for expert in self.experts for each in expert)]
            return [linear.weight for linear in linears]

        def weights(self, of: Any) -> Any:
            stack = torch.stack
            gates, ups, downs = zip(*self.experts, strict=True)
            both = [
                torch.cat([of(g.weight), of(u.weight)]) for g, u in zip(gates, ups, strict=True)
            ]
            down = stack([of(linear.weight) for linear in downs])
            return isoflop.bench.Weights(of(self.gate.weight), stack(both), down)

        def __call__(self, x: Any) -> Any:
            p, ids = torch.softmax(self.gate(x).float(), -1).topk(self._shape.top_k, -1)
            out = torch.zeros_like(x)
            for i, (gate, up, down) in enumerate(self.experts):
                token, place = (ids == i).nonzero(as_tuple=True)
                rows = x[token]
                y = down(torch.nn.functional.silu(gate(rows)) * up(rows))
                out = out.index_add(0, token, y * p[token, place, None].to(y.dtype))
            return out

    table = quick(Loop, backend="modules")
    assert {row.checked for row in table} == {"reference"}


def test_a_layer_of_other_weights_each_time_is_refused(torch: Any) -> None:
    from isoflop.bench.device import Cpu
    from isoflop.bench.measure import Campaign

    class Cached(Cpu):
        l2_bytes = 1 << 16  # so that there are several sets

    seeds = iter(range(100))

    def make_layer(shape: Any) -> Any:
        torch.manual_seed(next(seeds))
        return isoflop.bench.ADAPTERS["torch"](shape)

    (shape,) = isoflop.bench.shapes(**{**RATES, "granularity": 1})
    campaign = Campaign(Cached(), "mine", "auto", 30, 0.02, 1)
    with pytest.raises(isoflop.Error, match="same weights each time"):
        campaign.add(make_layer, shape)
    campaign.add(isoflop.bench.ADAPTERS["torch"], shape)
    assert len(campaign.table()) == 3


def test_what_a_gpu_times_is_read_and_planned_with(torch: Any, tmp_path: Path) -> None:
    from isoflop.bench.device import Cpu
    from isoflop.bench.measure import Campaign

    class Card(Cpu):
        """Says that it is a GPU, and captures by remembering."""

        source = "measured"

        def environment(self) -> dict[str, Any]:
            return {**super().environment(), "gpu_name": "Card", "driver": "1.0"}

        def capture(self, work: Any) -> Any:
            return list(work)

    campaign = Campaign(Card(), "mine", "auto", 30, 0.02, 1)
    shapes = isoflop.bench.shapes(**{**RATES, "tokens": 32, "granularity": [1, 2, 4]})
    for shape in shapes:
        campaign.add(isoflop.bench.ADAPTERS["torch"], shape)
    table = campaign.table()
    shown = isoflop.run({"verb": "show", "cost_table": table})
    assert shown.source == "measured"
    assert shown.gpu_name == "Card"
    assert [model["backend"] for model in shown.cost_models] == ["mine"] * 3
    assert {row.graph for row in table} == {True}


@pytest.mark.parametrize(
    ("checked", "words"),
    [
        ("reference", "checked against float64"),
        ("self", "checked against itself only"),
        ("none", "not checked"),
    ],
)
def test_plans_say_what_stands_behind_their_hours(tmp_path: Path, checked: str, words: str) -> None:
    text = (ROOT / "data/costs/h200-modern.json").read_text(encoding="utf-8")
    data = json.loads(text)
    data["rows"] = [r for r in data["rows"] if r["backend"] == "loop" and r["stage"] == "whole"]
    for row in data["rows"]:
        row.update(backend="mine", checked=checked, graph=False)
        if checked == "none":
            row.update(check_error=None, check_tolerance=None)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    options = {"gpu_hours": 1e4, "micro_batch": 16384}
    law = isoflop.law("krajewski2024-e64")
    plan = law.plan(cost_table=path, **options)
    assert plan.cost.checked == checked
    assert plan.cost.graph is False
    first = str(plan).splitlines()[0]
    assert f"routing, launched kernel by kernel, {words})" in first
    table = isoflop.read(path)
    assert isinstance(table, isoflop.CostTable)
    assert law.plan(cost_table=table, **options).to_dict()["plans"] == plan.to_dict()["plans"]


def test_words_that_contradict_each_other_are_refused(torch: Any) -> None:
    adapter = isoflop.bench.ADAPTERS["torch"]
    for options, field in (
        ({"make_layer": "megablocks"}, "make_layer"),
        ({"make_layer": adapter}, "backend"),
        ({"make_layer": adapter, "backend": "loop"}, "backend"),
        ({"make_layer": adapter, "backend": "wgmma:gather"}, "backend"),
        ({"make_layer": "torch", "check": "twice"}, "check"),
        ({"make_layer": "torch", "min_samples": 5}, "min_samples"),
        ({"make_layer": "torch", "shapes": []}, "shapes"),
        ({"make_layer": "torch", "device": "tpu"}, "device"),
        ({"make_layer": lambda shape: 1, "backend": "mine"}, "make_layer"),
        ({"make_layer": lambda s: Changed(s, lambda o: o[:1]), "backend": "mine"}, "make_layer"),
    ):
        with pytest.raises(isoflop.InvalidArgument) as fault:
            isoflop.bench.measure(**{"shapes": RATES, "device": "cpu", **options})  # type: ignore[arg-type]
        assert fault.value.field == field
        assert f"{field}=" in str(fault.value)
    if not torch.cuda.is_available():
        with pytest.raises(isoflop.Error, match="sees no GPU"):
            isoflop.bench.measure("torch", RATES, device="cuda")


def test_the_example_of_the_documentation_runs(
    torch: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    section = text[text.index("## Measure your own stack") :]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert blocks
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/reference/python.md", "exec"), names)
    assert names["table"].source == ("measured" if torch.cuda.is_available() else "rehearsal")
    assert {row.checked for row in names["table"]} == {"reference"}
    assert isoflop.read(tmp_path / "my-stack.json") == names["table"]
