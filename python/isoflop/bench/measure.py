"""Check, then time, then record: what layers of experts cost in a stack of one's own."""

from __future__ import annotations

import datetime
import json
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._progress import Bars, Report, reporter
from .._results import CostTable
from ..errors import Error, InvalidArgument, Notice
from .adapters import ADAPTERS
from .check import Checked, Inputs, check, passes
from .device import Device, Work, open_device
from .layer import Layer, MakeLayer, Tensor
from .sampling import StopRule, summarize
from .shape import LayerShape, resolved, work_of
from .timing import Gemm, Timed, host_s, measure_peaks, time_work

_CHECKS = ("auto", "reference", "self", "none")
_FIRST_SOAK_S, _NEXT_SOAK_S = 0.5, 0.2
_MOST_SETS = 64
_DRIFT = 0.02  # of the anchor, beyond which a row says so
_TAKEN = ("roofline", "batched", "loop", "grouped", "lt-grouped", "wgmma", "best")


def measure(
    make_layer: MakeLayer | str,
    shapes: LayerShape | Mapping[str, Any] | Sequence[LayerShape | Mapping[str, Any]],
    *,
    backend: str | None = None,
    check: str = "auto",
    device: str | None = None,
    min_samples: int = 30,
    max_seconds: float = 3.0,
    seed: int = 1,
    progress: bool | Report | None = None,
) -> CostTable:
    """What layers of experts cost in the stack that they are written in.

    Every layer is checked, then timed (forward, backward and both, each directly) on a warm card,
    as CUDA graphs where it can be captured, over buffers that no cache holds. What is timed and how
    to read a row: cuda/README.md.

    Parameters
    ----------
    make_layer : callable or str
        From a `LayerShape` to a `Layer`, on ``shape.device`` with activations in ``shape.dtype``;
        or the name of an adapter, one of ``isoflop.bench.ADAPTERS``. Called several times for each
        shape, after ``torch.manual_seed``: it must give the same weights each time.
    shapes : LayerShape, mapping or list of these
        What to measure; a mapping has the arguments of `isoflop.bench.shapes`. A plan needs at
        least six different layers to tell the time of others.
    backend : str, optional
        The name of the stack in the table, "megatron". Of an adapter: its own.
    check : {"auto", "reference", "self", "none"}
        What results are compared with before anything is timed: the layer in float64, which needs
        its weights; the layer itself with its tokens in another order; nothing. "auto": the first
        that the layer allows. The table and the plans by it say which it was.
    device : {"cuda", "cpu"}, optional
        The GPU where there is one. On a CPU this is a rehearsal: the table says so, and no plan is
        made with it.
    min_samples, max_seconds : int, float
        For each row: at least so many samples, until half the 95 % interval of their median is
        below 1 % of it, or the seconds are over.
    seed : int
        Of inputs and weights.
    progress : bool or callable, optional
        As in `isoflop.fit`.

    Returns
    -------
    CostTable
        For ``plan(cost_table=…)`` and ``save``.

    Raises
    ------
    Error
        For a layer whose results are wrong: nothing is timed that was not checked.
    InvalidArgument
        For words that contradict each other.
    """
    name, make = _stack(make_layer, backend)
    if check not in _CHECKS:
        raise InvalidArgument(f'check=: "{check}" is none of {", ".join(_CHECKS)}', "check")
    if min_samples < 30:
        raise InvalidArgument("min_samples=: a median of fewer than 30 says little", "min_samples")
    wanted = resolved(shapes)
    if not wanted:
        raise InvalidArgument("shapes=: there are none", "shapes")
    campaign = Campaign(open_device(device), name, check, min_samples, max_seconds, seed)
    report = reporter(progress)
    try:
        for done, shape in enumerate(wanted):
            if report is not None:
                report("layers", done, len(wanted))
            campaign.add(make, shape)
        if report is not None:
            report("layers", len(wanted), len(wanted))
    finally:
        if isinstance(report, Bars):
            report.close()
    return campaign.table()


def _stack(make_layer: MakeLayer | str, backend: str | None) -> tuple[str, MakeLayer]:
    if isinstance(make_layer, str):
        if make_layer not in ADAPTERS:
            known = ", ".join(ADAPTERS)
            raise InvalidArgument(
                f'make_layer=: "{make_layer}" is none of {known}, and no function', "make_layer"
            )
        return backend or make_layer, ADAPTERS[make_layer]
    if not backend:
        raise InvalidArgument('backend=: name the stack, backend="megatron"', "backend")
    if backend in _TAKEN or backend.startswith("wgmma:"):
        raise InvalidArgument(f'backend=: "{backend}" is the name of another', "backend")
    return backend, make_layer


class BufferSet:
    """A layer with inputs of its own, and what is queued for each pass."""

    def __init__(self, layer: Layer, inputs: Inputs) -> None:
        self.layer = layer
        self._parameters = list(layer.parameters())
        self._x = inputs.x.detach().clone().requires_grad_()
        self._d_out = inputs.d_out.detach().clone()
        self._out: Tensor = None

    def forward(self) -> object:
        self._out = self.layer(self._x)
        return self._out

    def backward(self) -> object:
        import torch

        wanted = [self._x, *self._parameters]
        return torch.autograd.grad(self._out, wanted, self._d_out, retain_graph=True)

    def results(self) -> tuple[Tensor, Tensor]:
        out, (dx, *_) = passes(self.layer, Inputs(self._x, self._d_out))
        return out, dx


class Campaign:
    """The rows of one table, layer by layer."""

    def __init__(
        self,
        device: Device,
        backend: str,
        check: str,
        min_samples: int,
        max_seconds: float,
        seed: int,
    ) -> None:
        self._device, self._backend, self._check = device, backend, check
        self._min_samples, self._max_seconds, self._seed = min_samples, max_seconds, seed
        self._date = datetime.datetime.now(datetime.timezone.utc)
        self._peaks = measure_peaks(device, min(1.0, max_seconds))
        self._anchor = Gemm(device, device.gemms[-1])
        self._rows: list[dict[str, Any]] = []

    def add(self, make: MakeLayer, shape: LayerShape) -> None:
        """All rows of a layer; none, with a warning, where it does not fit into memory."""
        import torch

        try:
            rows = self._measured(make, replace(shape, device=self._device.name))
        except torch.cuda.OutOfMemoryError as fault:
            why = str(fault).splitlines()[0]
            text = f"{shape}: does not fit into memory and is left out ({why})"
            warnings.warn(text, Notice, stacklevel=3)
            return
        self._rows += rows

    def table(self) -> CostTable:
        """What was measured so far."""
        import torch

        if not self._rows:
            raise Error("nothing was measured: no layer fits into memory")
        words = ["isoflop.bench.measure", f"backend={self._backend}", f"torch={torch.__version__}"]
        head = {
            "format": "isoflop.cost/1",
            "source": self._device.source,
            "environment": {
                "date": self._date.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "git_revision": "",
                "command_line": words,
                **self._device.environment(),
            },
            "peaks": self._peaks,
        }
        text = json.dumps(head, indent=2, ensure_ascii=False)
        rows = ",\n    ".join(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in self._rows
        )
        return CostTable(f'{text[:-2]},\n  "rows": [\n    {rows}\n  ]\n}}\n')

    def _measured(self, make: MakeLayer, shape: LayerShape) -> list[dict[str, Any]]:
        import torch

        generator = torch.Generator(self._device.name).manual_seed(self._seed)

        def normal() -> Tensor:
            size = (shape.tokens, shape.d_model)
            values = torch.randn(size, device=self._device.name, generator=generator)
            return values.to(shape.dtype)

        def made() -> Layer:
            torch.manual_seed(self._seed)
            return make(shape)

        inputs = Inputs(normal(), normal())
        layer = made()
        _require_layer(layer, shape, inputs)
        checked = check(layer, shape, inputs, self._check)
        if checked.faults:
            wrong = "; ".join(
                f"{x.what} is off by {x.error:.2g} where {x.tolerance:.2g} is allowed"
                for x in checked.faults
            )
            against = "float64" if checked.kind == "reference" else "itself in another order"
            raise Error(f"{self._backend}, {shape}: against {against}, {wrong}: nothing is timed")
        before_s = self._anchor_s()
        sets = [BufferSet(layer, inputs)]
        while len(sets) < self._num_sets(layer, inputs):
            sets.append(BufferSet(made(), inputs))
        common = self._common(layer, shape, checked)
        rows = [{**common, **row} for row in self._timed(sets, shape, checked)]
        _require_equal(sets, checked, shape)
        drift = self._anchor_s() / before_s - 1.0
        for row in rows:
            if abs(drift) > _DRIFT:
                row["remarks"].append(f"drift: {100 * drift:.1f} %")
            row["samples_s"] = row.pop("samples_s")  # last, as every writer has them
        return rows

    def _anchor_s(self) -> float:
        """How fast the card is now."""
        return self._anchor.seconds(min(0.5, self._max_seconds))

    def _num_sets(self, layer: Layer, inputs: Inputs) -> int:
        """So many that a repetition finds nothing of the last one with its set in the cache."""
        weights: int = sum(p.numel() * p.element_size() for p in layer.parameters())
        activations: int = inputs.x.numel() * inputs.x.element_size()
        per_set = 2 * weights + 4 * activations
        return min(max(math.ceil(8 * self._device.l2_bytes / per_set), 1), _MOST_SETS)

    def _timed(
        self, sets: list[BufferSet], shape: LayerShape, checked: Checked
    ) -> list[dict[str, Any]]:
        launches = [self._device.capture([each.forward, each.backward]) for each in sets]
        graph = all(launch is not None for launch in launches)
        work: list[list[Work]] = [
            launch if graph and launch is not None else [each.forward, each.backward]
            for launch, each in zip(launches, sets, strict=True)
        ]
        of_pass = {"forward": (0,), "backward": (1,), "both": (0, 1)}
        work_by_pass = work_of(shape, checked.rows_per_expert)
        soak_s = _FIRST_SOAK_S if self._device.source == "measured" else 0.0
        rows = []
        for each in work:  # what a backward pass starts from
            each[0]()
        for name, parts in of_pass.items():

            def repetition(i: int, parts: tuple[int, ...] = parts) -> None:
                for part in parts:
                    work[i % len(work)][part]()

            stop = StopRule(self._min_samples, self._max_seconds)
            timed = time_work(self._device, repetition, stop, soak_s)
            soak_s = min(soak_s, _NEXT_SOAK_S)
            remarks = [] if timed.launches_hidden else ["launches: not hidden"]
            if not graph:
                queued_s = host_s(self._device, repetition)
                remarks.append(f"host: {1e3 * queued_s:.4g} ms to queue")
            if checked.rows_per_expert is None:
                remarks.append("rows per expert: unknown, its least and most are bounds")
            rows.append(self._row(name, graph, timed, work_by_pass[name], remarks))
        forward, backward, both = rows
        difference = (both["time_s"] - forward["time_s"]) / backward["time_s"] - 1.0
        backward["remarks"].append(f"both less forward: {100 * difference:.3g} % beside this")
        return rows

    def _row(
        self, name: str, graph: bool, timed: Timed, work: Any, remarks: list[str]
    ) -> dict[str, Any]:
        return {
            "pass": name,
            "graph": graph,
            **summarize(timed.samples_s, self._seed)._asdict(),
            "model_flops": work.model_flops,
            "padded_flops": work.padded_flops,
            "executed_flops": work.executed_flops,
            "bytes": work.bytes,
            **timed.state,
            "remarks": remarks,
            "samples_s": timed.samples_s,
        }

    def _common(self, layer: Layer, shape: LayerShape, checked: Checked) -> dict[str, Any]:
        """What all rows of a layer have in common, every field in its place."""
        import torch

        counts = checked.rows_per_expert
        closest = checked.closest
        dtypes = {p.dtype for p in layer.parameters()}
        return {
            "tokens": shape.tokens,
            "d_model": shape.d_model,
            "d_ff": shape.d_ff,
            "num_experts": shape.num_experts,
            "expert_width": shape.expert_width,
            "top_k": shape.top_k,
            "activation": shape.activation,
            "renormalize": shape.renormalize,
            "backend": self._backend,
            "routing": "router",
            "seed": self._seed,
            "min_rows": min(counts) if counts else 0,
            "mean_rows": shape.tokens * shape.top_k / shape.num_experts,
            "max_rows": max(counts) if counts else shape.tokens,
            "num_empty": counts.count(0) if counts else 0,
            "padding_rows": 0,
            "dropped_rows": 0,
            "regime": "sustained",
            "pass": "",
            "stage": "whole",
            "graph": False,
            "counts": "",
            "dw_dtype": "fp32" if torch.float32 in dtypes else "bf16",
            "capacity_factor": 0.0,
            "time_s": None,
            "p10_s": None,
            "p90_s": None,
            "low_s": None,
            "high_s": None,
            "model_flops": 0.0,
            "padded_flops": 0.0,
            "executed_flops": 0.0,
            "bytes": 0.0,
            "checked": checked.kind,
            "check_error": closest.error if closest else None,
            "check_tolerance": closest.tolerance if closest else None,
        }


def _require_layer(layer: Any, shape: LayerShape, inputs: Inputs) -> None:
    if not callable(layer) or not hasattr(layer, "parameters"):
        raise InvalidArgument(
            "make_layer=: what it returns must be callable and have parameters()", "make_layer"
        )
    out = layer(inputs.x)
    if getattr(out, "shape", None) != inputs.x.shape:
        found = getattr(out, "shape", type(out).__name__)
        raise InvalidArgument(
            f"make_layer=: the layer gives {found} for x of {tuple(inputs.x.shape)}", "make_layer"
        )


def _require_equal(sets: list[BufferSet], checked: Checked, shape: LayerShape) -> None:
    """The check saw one set, the times are of all of them: same inputs, same results."""
    from .check import tolerances

    limits = tolerances(shape, square_logit=4.0)
    for each in sets:
        for what, expected, actual in zip(
            ("out", "dX"), (checked.out, checked.dx), each.results(), strict=True
        ):
            error = float((actual.double() - expected.double()).norm() / expected.double().norm())
            if not error <= limits[what]:
                raise Error(
                    f"{shape}: after timing, {what} is off by {error:.2g} from what was checked: "
                    "nothing is recorded (does make_layer give the same weights each time?)"
                )
