"""The verbs of the command line as functions.

Arguments are its long flags with underscores, and everything that one function does not list is
passed on as it is; a name that is no flag is refused with those there are. ``docs/`` describes each
verb on a page of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from . import _core, _frames, _request, _results
from ._law import Fit, Formula, Law, formula
from ._progress import Bars, Report, reporter

Progress = bool | Report | None


def _of_runs(
    verb: str, runs: Any, law: Any, options: Mapping[str, Any], progress: Progress
) -> _request.Shown:
    named = {"file": _frames.columns_of(runs), "law": _law_for_fit(law)}
    return _request.call(_request.with_columns(_request.fields_of(verb, named, options)), progress)


def _law_for_fit(law: Any) -> Any:
    """A text that can only be a formula becomes one."""
    if isinstance(law, str) and any(c in law for c in "+*^(") and not os.path.exists(law):
        return formula(law)
    if isinstance(law, (list, tuple)):
        return [_law_for_fit(each) for each in law]
    return law


def fit(
    runs: Any,
    *,
    law: str | os.PathLike[str] | Formula | Law,
    progress: Progress = None,
    **options: Any,
) -> Fit:
    """The law behind a table of finished training runs.

    Parameters
    ----------
    runs : path, data frame, mapping of columns or list of dicts
        One row per run. Data frames of any kind that narwhals knows.
    law : str, path, Formula or Law
        Which formula: one that ships (``isoflop.laws()``), that of a law, a file of one's own, or
        its text, such as ``"E + A/N**alpha + B/D**beta"``.
    n, d, g, e, u, s, a, c, loss, weight, group : str, optional
        Which column, or expression of columns, holds what. Columns of the usual names are found
        without.
    where : str or list of str, optional
        Conditions such as ``"N>=1e9"``; a row meets all of them.
    n_means, expansion, loss_unit, bootstrap, starts, seed, fix, tie, huber_delta, calibrate, …
        As ``isoflop fit --help`` describes them.
    progress : bool or callable, optional
        Bars by tqdm (default: in a notebook or on a terminal, where tqdm is installed), or
        ``progress(what, done, all)``.

    Returns
    -------
    Fit
        Also where the fit failed: `Fit.verdict` and `Fit.usable` say so.

    Raises
    ------
    InvalidArgument
        For a request that contradicts itself or its law.
    DataError
        For a table that is not what it should be.
    KeyboardInterrupt
        Within a fraction of a second of Ctrl-C; nothing is left behind.
    """
    return Fit.of(_of_runs("fit", runs, law, options, progress))


def profiles(runs: Any, *, progress: Progress = None, **options: Any) -> _results.Profiles:
    """What is compute-optimal, by parabolas through a sweep of a few budgets (Approach 2).

    Parameters
    ----------
    runs
        As in `fit`, with columns named by n=, d=, loss=, …
    budget, cost, axis, by, tolerance, flops, approach_3, bootstrap, …
        As ``isoflop profiles --help`` describes them.
    """
    return _results.Profiles.of(_of_runs("profiles", runs, None, options, progress))


def envelope(runs: Any, *, progress: Progress = None, **options: Any) -> _results.Envelope:
    """What is compute-optimal, by the lower envelope of training curves (Approach 1).

    Parameters
    ----------
    runs
        As in `fit`, one row per checkpoint.
    cost, schedule, points, keep_edges, flops, …
        As ``isoflop envelope --help`` describes them.
    """
    return _results.Envelope.of(_of_runs("envelope", runs, None, options, progress))


def backtest(
    runs: Any, *, law: Any, progress: Progress = None, **options: Any
) -> _results.Backtest:
    """How well laws forecast runs that are hidden from them.

    Parameters
    ----------
    runs
        As in `fit`.
    law : str, Formula, Law, or a list of them
        A formula is fitted; a law with coefficients is asked as it is.
    hold_out : str, optional
        What to hide, such as ``"compute:20%"``.
    **options
        As ``isoflop backtest --help`` describes them.
    """
    return _results.Backtest.of(_of_runs("backtest", runs, law, options, progress))


def sensitivity(
    runs: Any, *, law: Any, flops: float | str, progress: Progress = None, **options: Any
) -> _results.Sensitivity:
    """What the plan for a budget depends on.

    Parameters
    ----------
    runs, law
        As in `fit`.
    flops : float
        The budget to plan for, training FLOPs.
    **options
        As ``isoflop sensitivity --help`` describes them.
    """
    asked = {"flops": flops, **options}
    return _results.Sensitivity.of(_of_runs("sensitivity", runs, law, asked, progress))


def predict(law: Any, **options: Any) -> _results.Predicted:
    """What a law predicts of one run, as the command line says it; `Law.predict` takes arrays.

    Parameters
    ----------
    law : str, path or Law
    n, d, g, e, u, s, a, c : float or str, optional
        The run, as the law counts it; "70B" is a number too.
    shape, num_experts, top_k, …
        As ``isoflop predict --help`` describes them.
    """
    shown = _request.ask("predict", False, {"law": law}, options)
    return _results.Predicted.of(shown)


def plan(law: Any, *, progress: Progress = None, **options: Any) -> _results.Plan:
    """What to train with a budget, within limits.

    Parameters
    ----------
    law : str, path or Law
    flops, gpu_hours, gpus and days, target_loss : float, str or list, optional
        The budgets; one kind of them.
    cost_table, micro_batch, max_n_active, granularity, versus, shapes, …
        As ``isoflop plan --help`` describes them.

    Returns
    -------
    Plan
        One row per budget.
    """
    return _results.Plan.of(_request.ask("plan", progress, {"law": law}, options))


def frontier(
    law: Any, *, from_: float | str, to: float | str, progress: Progress = None, **options: Any
) -> _results.Frontier:
    """The best plans over a range of budgets, and where the granularity changes.

    Parameters
    ----------
    law : str, path or Law
    from_, to : float
        Smallest and largest budget, training FLOPs.
    points, versus, …
        As ``isoflop frontier --help`` describes them.
    """
    named = {"law": law, "from": from_, "to": to}
    return _results.Frontier.of(_request.ask("frontier", progress, named, options))


def granularity(
    law: Any,
    *,
    n_active: float | str,
    d: float | str,
    progress: Progress = None,
    **options: Any,
) -> _results.Granularity:
    """One model at every granularity, for the same cost.

    Parameters
    ----------
    law : str, path or Law
    n_active : float
        Active parameters of the model.
    d : float
        Training tokens at `reference`.
    reference, max_g, cost_table, …
        As ``isoflop granularity --help`` describes them.
    """
    named = {"law": law, "n_active": n_active, "d": d}
    return _results.Granularity.of(_request.ask("granularity", progress, named, options))


def next_runs(
    law: Any,
    *,
    target_flops: float | str,
    budget_flops: float | str,
    progress: Progress = None,
    **options: Any,
) -> _results.NextRuns:
    """What to train next so that the plan for a larger budget becomes more certain.

    Parameters
    ----------
    law : path or Law
        A fit with draws.
    target_flops : float
        The budget of the plan that is to become certain.
    budget_flops : float
        FLOPs for all runs together.
    runs, noise, reach, max_n, max_d, max_g, …
        As ``isoflop next-runs --help`` describes them.
    """
    named = {"law": law, "target_flops": target_flops, "budget_flops": budget_flops}
    return _results.NextRuns.of(_request.ask("next_runs", progress, named, options))


def sweep(law: Any, *, flops: Any, progress: Progress = None, **options: Any) -> _results.Sweep:
    """The runs of an isoFLOP sweep that is still to be trained.

    Parameters
    ----------
    law : str, path or Law
        What grids are centred by.
    flops : list of float
        The budgets of the sweep.
    cells, octaves, granularities, within, noise, emit, …
        As ``isoflop sweep --help`` describes them.
    """
    named = {"law": law, "flops": flops}
    return _results.Sweep.of(_request.ask("sweep", progress, named, options))


def consensus(
    law: Any = None, *, flops: Any, progress: Progress = None, **options: Any
) -> _results.Consensus:
    """What laws say of a budget, side by side.

    Parameters
    ----------
    law : list of str, path or Law, optional
        Which laws; all published ones if none.
    flops : float or list of float
        One or more budgets.
    u, expansion, granularity, …
        As ``isoflop consensus --help`` describes them.
    """
    named = {"law": law, "flops": flops}
    return _results.Consensus.of(_request.ask("consensus", progress, named, options))


def figure(kind: str, input: Any, *, progress: Progress = None, **options: Any) -> _results.Figure:
    """A picture of a law, or of what another verb found.

    Parameters
    ----------
    kind : str
        Which picture: "loss", "frontier", "residuals", …, as ``isoflop figure --help`` lists them.
    input : Law, Plan, another result, mapping, str or path
        What it is of: a result or its JSON, the name of a law, or a file.
    from_, to, flops : float or str, optional
        Of a frontier: its budgets, and those whose plans are marked.

    Returns
    -------
    Figure
        Its numbers; ``.plot()`` draws them by matplotlib, and ``.svg`` is the command line's.
    """
    has_file = hasattr(input, "file_for_request") or not isinstance(input, _results.Result)
    named = {"kind": kind, "input": input if has_file else input.to_dict()}
    return _results.Figure.of(_request.ask("figure", progress, named, options))


def laws(name: str | os.PathLike[str] | None = None) -> _results.Result:
    """The formulas, the published coefficients and the laws of hyperparameters that ship.

    Parameters
    ----------
    name : str or path, optional
        One of them alone, with all that is known of it; `isoflop.law` gives a law to work with.
    """
    shown = _request.ask("laws", False, {"name": name})
    if name is None:
        return _results.Laws.of(shown)
    out = _results.from_json(shown.json)
    out._text, out.usable = shown.text, shown.usable
    return out


def shape(file: str | os.PathLike[str] | None = None, **options: Any) -> _results.Shape:
    """Parameters, FLOPs and bytes of an architecture.

    Parameters
    ----------
    file : path, optional
        The config.json of a model; without it the options say all.
    d_model, blocks, heads, d_ff, gated, vocab, expansion, granularity, …
        As ``isoflop shape --help`` describes them.
    """
    return _results.Shape.of(_request.ask("shape", False, {"file": file}, options))


def reproduce(
    name: str | None = None, *, progress: Progress = None, **options: Any
) -> _results.Reproduction:
    """Published results, derived again and compared; without a name, a list of them.

    Parameters
    ----------
    name : str, optional
    data : path, optional
        The data that it needs; its sha256 is checked.
    """
    shown = _request.ask("reproduce", progress, {"name": name}, options)
    return _results.Reproduction.of(shown)


def run(request: Any, *, progress: Progress = None) -> _results.Result:
    """Any verb, from its request.

    Parameters
    ----------
    request : mapping, or str of JSON
        ``{"verb": "plan", "law": "krajewski2024-e64", "flops": [1e21]}``; every outcome carries its
        own as ``request``.
    """
    text = request if isinstance(request, str) else json.dumps(_request.value_of(request))
    if _verb_of(text) in _SHOWN:
        shown = _request.call(json.loads(text), progress)
        out = _results.from_json(shown.json)
        out._text, out._more, out.usable = shown.text, shown.more, shown.usable
        return out
    report = reporter(progress)
    try:
        out_json, usable, notices = _core.run(text, report)
    finally:
        if isinstance(report, Bars):
            report.close()
    _request.warn(notices)
    out = _results.from_json(out_json)
    out.usable = usable
    return out


_SHOWN = frozenset(
    "fit profiles envelope sweep predict plan frontier granularity next_runs consensus backtest "
    "sensitivity figure laws shape reproduce".split()
)


def _verb_of(text: str) -> str:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):  # the core says what is wrong with it
        return ""
    return str(data.get("verb", "")) if isinstance(data, dict) else ""


class Rerun(NamedTuple):
    """What came of doing again what a result came from.

    Attributes
    ----------
    result : Result
        The outcome now.
    same_bytes : bool
        It is what it was, to the last byte.
    changed_inputs : list of str
        Files whose bytes are not those of the first run.
    """

    result: _results.Result
    same_bytes: bool
    changed_inputs: list[str]


def rerun(result: Any, *, progress: Progress = None) -> Rerun:
    """Does again what a result came from, and says whether it comes out the same.

    Parameters
    ----------
    result : Result or path
    """
    if isinstance(result, _results.Result):
        text, origin = result.to_json(), "result"
    else:
        text, origin = _results.text_of(result), _results.shown_name(result)
    report = reporter(progress)
    try:
        now, usable, same, changed, notices = _core.rerun(text, origin, report)
    finally:
        if isinstance(report, Bars):
            report.close()
    _request.warn(notices)
    out = _results.from_json(now)
    out.usable = usable
    return Rerun(out, same, changed)
