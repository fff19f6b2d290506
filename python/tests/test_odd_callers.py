"""What callers do that is not usual: odd arguments, files that move, processes that end."""

from __future__ import annotations

import decimal
import io
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import isoflop
from conftest import GRID, ROOT
from isoflop._frames import columns_of

SWEEP = "data/simulated/hoffmann2022_sweep.csv"


def in_memory(name: str) -> isoflop.Law:
    return isoflop.Law.from_json(isoflop.law(name).to_json())


# Laws and the files that they came from. ---------------------------------------------------------


def test_a_saved_law_stays_itself_wherever_its_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = in_memory("besiroglu2024")
    wanted = law.plan(flops=1e21)[0].n_total
    monkeypatch.chdir(tmp_path)
    law.save("hoffmann2022")  # the name of another one that ships
    assert law.plan(flops=1e21)[0].n_total == wanted
    sent = pickle.loads(pickle.dumps(law))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for each in (law, sent):
        assert each.plan(flops=1e21)[0].n_total == wanted
    os.remove(tmp_path / "hoffmann2022")
    assert law.plan(flops=1e21)[0].n_total == wanted
    assert str(law)
    assert isoflop.law("besiroglu2024").plan(flops=1e21).law == "besiroglu2024"


def test_a_published_law_is_not_a_file_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = isoflop.law("hoffmann2022")
    wanted = law.plan(flops=1e21)[0].n_total
    monkeypatch.chdir(tmp_path)
    in_memory("besiroglu2024").save("hoffmann2022")
    assert law.plan(flops=1e21)[0].n_total == wanted


def test_scratch_files_come_back_when_somebody_tidies_up() -> None:
    import shutil

    law = in_memory("hoffmann2022")
    wanted = law.plan(flops=1e21).plans
    shutil.rmtree(os.path.dirname(law.file_for_request()))
    assert law.plan(flops=1e21).plans == wanted


def test_a_child_leaves_the_scratch_files_of_its_parent() -> None:
    code = (
        "import os, isoflop\n"
        "law = isoflop.Law.from_json(isoflop.law('hoffmann2022').to_json())\n"
        "law.plan(flops=1e21)\n"
        "child = os.fork()\n"
        "if child == 0: raise SystemExit\n"
        "os.waitpid(child, 0)\n"
        "assert os.path.exists(law.file_for_request()), 'gone'\n"
        "print(len(os.listdir(os.path.dirname(law.file_for_request()))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


def test_files_whose_names_are_no_unicode(tmp_path: Path) -> None:
    table = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")
    try:
        Path(table).write_bytes(Path(SWEEP).read_bytes())
    except OSError:
        pytest.skip("the file system wants names in Unicode")
    with pytest.raises(isoflop.InvalidArgument, match="no Unicode") as caught:
        isoflop.fit(table, law="chinchilla")
    assert caught.value.field == "file"
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xe9.json")
    law = in_memory("hoffmann2022")
    law.save(path)
    assert isoflop.read(path) == isoflop.law(path) == law
    assert isoflop.read(path).plan(flops=1e21).usable
    words = [sys.executable, "-m", "isoflop", "plan", path, "--flops", "1e21"]
    done = subprocess.run(words, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_names_of_files_are_not_cut_at_a_nul(tmp_path: Path) -> None:
    plan = isoflop.plan("hoffmann2022", flops=1e21)
    with pytest.raises(ValueError, match="null"):
        plan.save(f"{tmp_path}/a.json\0.txt")
    assert not list(tmp_path.iterdir())
    with pytest.raises(isoflop.Error, match="hoff\0mann2022"):
        isoflop.plan("hoff\0mann2022", flops=1e21)


def test_what_is_no_text_and_what_has_a_mark_in_front(tmp_path: Path) -> None:
    path = tmp_path / "law.json"
    for bytes_ in (b"\x80\xff\x00", "x".encode("utf-16"), b"caf\xe9"):
        path.write_bytes(bytes_)
        for read in (isoflop.read, isoflop.law, isoflop.rerun):
            with pytest.raises(isoflop.DataError, match="is no text in UTF-8"):
                read(path)
    path.write_bytes(b"\xef\xbb\xbf" + isoflop.law("hoffmann2022").to_json().encode())
    assert isoflop.read(path).plan(flops=1e21).plans == isoflop.plan(path, flops=1e21).plans


@pytest.mark.parametrize(
    "text",
    [
        '{"format":"isoflop.law/2"}',
        '{"format":"isoflop.cost/1","rows":[]}',
        '{"format":"isoflop.figure/1"}',
        '{"format":"isoflop.plan/1"}',
        '{"format":"isoflop.formula/1"}',
        '{"format":"isoflop.shape/1"}',
        '{"format":"isoflop.granularity/1"}',
    ],
)
def test_json_that_lacks_what_its_format_has(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(isoflop.DataError, match=r'x\.json: has no "'):
        isoflop.read(tmp_path / "x.json")


def test_a_formula_comes_back(tmp_path: Path) -> None:
    formula = isoflop.formula("E + A/N**alpha + B/D**beta", name="mine")
    formula.save(tmp_path / "formula.json")
    back = isoflop.read(tmp_path / "formula.json")
    assert back == formula == isoflop.Formula.from_json(formula.to_json())
    assert back.expression == "E + A/N^alpha + B/D^beta"


# Arguments. --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "budgets",
    [
        np.array([1e21, 2e21]),
        np.array([1e21, 2e21], dtype=np.longdouble),
        [decimal.Decimal("1e21"), np.longdouble("2e21")],
        {1e21: None, 2e21: None}.keys(),
        (x * 10**21 for x in (1, 2)),
        range(10**21, 3 * 10**21, 10**21),
        ["1e21", np.str_("2e21")],
    ],
    ids=["array", "longdouble", "decimal", "keys", "generator", "range", "texts"],
)
def test_budgets_of_any_kind(budgets: Any) -> None:
    assert [row.budget_flops for row in isoflop.plan("hoffmann2022", flops=budgets)] == [1e21, 2e21]


def test_infinity_is_a_setting_and_nan_a_mistake() -> None:
    free = isoflop.fit(SWEEP, law="chinchilla", huber_delta=np.float64("inf"), bootstrap=0)
    assert (
        free.coefficients
        == isoflop.fit(SWEEP, law="chinchilla", huber_delta="inf", bootstrap=0).coefficients
    )
    for nan in (float("nan"), np.float32("nan"), np.array([np.nan])):
        with pytest.raises(isoflop.InvalidArgument, match="flops=") as caught:
            isoflop.plan("hoffmann2022", flops=nan)
        assert caught.value.field == "flops"


def test_what_no_request_holds_is_refused_by_name() -> None:
    plan = isoflop.plan("hoffmann2022", flops=1e21)
    for value in (plan, b"1e21", object(), 1j):
        with pytest.raises(isoflop.InvalidArgument, match=r"flops=: a \w+ is no part") as caught:
            isoflop.plan("hoffmann2022", flops=value)
        assert caught.value.field == "flops"


def test_nothing_is_said_twice() -> None:
    calls: list[tuple[str, Callable[[], Any]]] = [
        ("file", lambda: isoflop.fit({"N": [1]}, law="chinchilla", file=SWEEP)),
        ("law", lambda: isoflop.plan("krajewski2024-e64", flops=1e21, law_="hoffmann2022")),
        ("verb", lambda: isoflop.fit(SWEEP, law="chinchilla", verb="profiles")),
        ("flops", lambda: isoflop.plan("hoffmann2022", flops=1e21, flops_=1e22)),
    ]
    for field, call in calls:
        with pytest.raises(isoflop.InvalidArgument, match=f"{field}= is said twice"):
            call()


class Tee:
    """All that a logger needs."""

    def write(self, text: str) -> None: ...

    def flush(self) -> None: ...


def test_standard_error_may_be_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    for stream in (Tee(), closed, None):
        monkeypatch.setattr(sys, "stderr", stream)
        assert isoflop.plan("hoffmann2022", flops=1e21).usable


# Tables. -----------------------------------------------------------------------------------------


def test_nullable_frames_with_missing_cells() -> None:
    pandas = pytest.importorskip("pandas")
    plain = pandas.read_csv(SWEEP).assign(note="a", count=1)
    plain.loc[3, "note"] = plain.loc[5, "count"] = None
    wanted = columns_of(plain)
    for backend in ("numpy_nullable", "pyarrow"):
        frame = plain.convert_dtypes(dtype_backend=backend)
        assert columns_of(frame) == wanted
    series = {"N": pandas.Series([1, None, 3], dtype="Int64"), "x": [pandas.NA, pandas.NaT, "a"]}
    assert columns_of(series) == {"N": [1, None, 3], "x": [None, None, "a"]}
    assert columns_of([{"N": 1}, {"N": pandas.NA}]) == {"N": [1, None]}


def test_columns_of_odd_kinds() -> None:
    pandas = pytest.importorskip("pandas")
    assert columns_of({"N": np.array([1, 2], dtype=np.longdouble)}) == {"N": [1.0, 2.0]}
    frame = pandas.DataFrame({"N": [1.0], 0: [2], "a": [np.array([1, 2])]})
    assert columns_of(frame) == {"N": [1.0], "0": [2], "a": ["[1 2]"]}
    for table, words in (
        (pandas.DataFrame([[1, 2]], columns=["N", "N"]), "same name"),
        ({"N": 1.0}, 'column "N" is a float'),
        ({"N": None}, 'column "N" is a NoneType'),
        ({"N": "1e9"}, 'column "N" is a str'),
        ({1: [1.0], "1": [2.0]}, 'two columns "1"'),
        (pandas.Series([1.0]), "this Series is no path"),
    ):
        with pytest.raises(isoflop.InvalidArgument, match=words):
            columns_of(table)


def test_values_of_several_types_in_an_arrow_table() -> None:
    pytest.importorskip("pyarrow")
    from isoflop._frames import frame_of

    table = frame_of({"a": [1, "x", None], "b": [1, 2, 3]}, "pyarrow")
    assert table.to_pydict() == {"a": ["1", "x", None], "b": [1, 2, 3]}


# Results. ----------------------------------------------------------------------------------------


def uncertain_plan(accepted: bool) -> isoflop.Plan:
    fit = isoflop.fit(SWEEP, law="chinchilla", bootstrap=50, starts=20)
    plan = fit.plan(flops=1e21, max_n_span=1.01, accept_undetermined=accepted)
    assert plan[0].status == "undetermined"
    return plan


def usable_and_not() -> list[tuple[str, Callable[[], isoflop.Result]]]:
    law = "krajewski2024-e64"
    return [
        ("plan", lambda: isoflop.plan(law, flops=1e21)),
        ("no plan", lambda: isoflop.plan(law, flops=1e21, max_n_active=1e3)),
        ("some plans", lambda: isoflop.plan(law, flops=[1e3, 1e21])),
        ("frontier", lambda: isoflop.frontier(law, from_=1e20, to=1e21, points=2)),
        ("no frontier", lambda: isoflop.frontier(law, from_=1e2, to=1e3, points=2)),
        ("consensus", lambda: isoflop.consensus(flops=1e21)),
        ("no consensus", lambda: isoflop.consensus(["abnar2025"], flops=1e21)),
        ("fit", lambda: isoflop.fit(SWEEP, law="chinchilla", bootstrap=0)),
        ("no fit", lambda: isoflop.fit(SWEEP, law="chinchilla", starts=1, bootstrap=0)),
        ("no determined plan", lambda: uncertain_plan(False)),
        ("undetermined plan that is accepted", lambda: uncertain_plan(True)),
        ("backtest", lambda: isoflop.backtest(SWEEP, law="chinchilla", hold_out="d:30%")),
        (
            "no backtest",
            lambda: isoflop.backtest(SWEEP, law="chinchilla", hold_out="d:30%", starts=1),
        ),
        ("profiles", lambda: isoflop.profiles(SWEEP, bootstrap=0)),
        ("sweep", lambda: isoflop.sweep("hoffmann2022", flops=[1e18, 1e19])),
        ("laws", lambda: isoflop.laws()),
        ("shape", lambda: isoflop.shape(d_model=512, d_ff=2048, blocks=4, heads=8, vocab=1000)),
        ("figure", lambda: isoflop.figure("frontier", "hoffmann2022")),
    ]


@pytest.mark.parametrize(("name", "make"), usable_and_not(), ids=[n for n, _ in usable_and_not()])
def test_usable_comes_back(name: str, make: Callable[[], isoflop.Result]) -> None:
    result = make()
    assert result.usable != name.startswith("no ")
    assert type(result).from_json(result.to_json()).usable == result.usable


def test_slices() -> None:
    plan = isoflop.plan("hoffmann2022", flops=[1e20, 1e21, 1e22])
    assert plan[:2] == [plan[0], plan[1]]
    assert [row.budget_flops for row in plan[::-1]] == [1e22, 1e21, 1e20]
    assert plan[-1].budget_flops == 1e22


def test_results_are_not_changed_through_what_they_give() -> None:
    runs = {"N": [1e8, 1e8, 2e8, 2e8], "D": [1e9, 2e9, 1e9, 2e9], "loss": [3.5, 3.3, 3.4, 3.2]}
    result = isoflop.envelope({**runs, "group": ["a", "a", "b", "b"]}, group="group")
    before = result.to_dict()
    columns = result.to_columns()
    for values in columns.values():
        values.clear()
    assert columns and result.to_dict() == before
    assert result.to_columns() != columns


def test_profiles_that_were_read_say_how_their_law_is_made() -> None:
    profiles = isoflop.profiles(SWEEP, bootstrap=0)
    assert profiles.law is not None
    read = isoflop.Profiles.from_json(profiles.to_json())
    with pytest.raises(isoflop.DataError, match=r"isoflop\.run"):
        _ = read.law
    assert isoflop.run(read.request).law == profiles.law


@pytest.mark.parametrize("ending", [".json", ".html"])
def test_rerun_of_what_was_saved(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"plan{ending}"
    isoflop.plan("hoffmann2022", flops=[1e21, 1e22]).save(path)
    again = isoflop.rerun(path)
    assert (again.same_bytes, again.changed_inputs) == (True, [])


# Calls of laws. ----------------------------------------------------------------------------------


def fit_of(expression: str, variables: dict[str, Any], runs: dict[str, Any]) -> isoflop.Fit:
    formula = isoflop.formula(expression, variables=variables)
    return isoflop.fit(runs, law=formula, bootstrap=0)


def test_variables_of_a_law_s_own() -> None:
    random = np.random.default_rng(3)
    n, d = 10 ** random.uniform(8, 10, 80), 10 ** random.uniform(9, 11, 80)
    share, streams = random.uniform(-1, 1, 80), 2.0 ** random.integers(0, 5, 80)
    loss = 1.7 + 400 / n**0.34 * streams**-0.1 + 500 / d**0.3 * np.exp(0.3 * share)
    fit = fit_of(
        "E + A/N^alpha*P^(-p) + B/D^beta*exp(w*q)",
        {"N": "n", "D": "d", "P": {"column": "P"}, "q": {"column": "q", "values": "any"}},
        {"N": n, "D": d, "P": streams, "q": share, "loss": loss},
    )
    assert fit.variables == ("n", "d", "P", "q")
    at = {"n": 1e9, "d": 2e10, "P": 4.0, "q": np.array([-0.5, 0.0, 0.7])}
    wanted = 1.7 + 400 / 1e9**0.34 * 4**-0.1 + 500 / 2e10**0.3 * np.exp(0.3 * at["q"])
    assert fit(**at) == pytest.approx(wanted, rel=1e-6)
    assert fit.predict(**at).mean == pytest.approx(fit(**at), rel=1e-14)
    assert isoflop.predict(fit, n=1e9, d=2e10, set={"P": 4, "q": 0.7}).mean == pytest.approx(
        float(fit(**at)[2]), rel=1e-14
    )
    slopes = fit.gradient(**at)
    for key in fit.variables:
        step = 1e-5 * (1.0 if key == "q" else at[key])
        up, down = fit(**{**at, key: at[key] + step}), fit(**{**at, key: at[key] - step})
        assert slopes[key] == pytest.approx((up - down) / (2 * step), rel=1e-6)


def test_values_that_no_run_has_give_nan() -> None:
    law = isoflop.law("hoffmann2022")
    for n in (-1.0, 0.0, -np.inf, np.nan):
        assert np.isnan(law(n=[n, 1e9], d=1e10)).tolist() == [True, False]
    assert np.isnan(law.gradient(n=[-1.0, 1e9], d=1e10)["n"]).tolist() == [True, False]
    hidden = np.ma.masked_array([1e9, 2e9], mask=[True, False])
    assert np.isnan(law(n=hidden, d=1e10)).tolist() == [True, False]
    for column in (np.array([1e9 + 1j]), np.array(["2020-01-01"], dtype="datetime64[D]")):
        with pytest.raises(isoflop.InvalidArgument, match="n= holds"):
            law(n=column, d=1e10)
    with pytest.raises(isoflop.InvalidArgument, match="of="):
        law.gradient(n=1e9, d=1e10, of="")


# Processes. --------------------------------------------------------------------------------------

DAEMON = """
import threading, time, isoflop
def work():
    isoflop.fit({grid!r}, law="fine-grained-moe", loss="loss_simulated", bootstrap=10**6, threads=1)
threading.Thread(target=work, daemon=True).start()
time.sleep(1.0)
"""


def test_python_ends_while_a_thread_fits() -> None:
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", DAEMON.format(grid=GRID)],
            capture_output=True, text=True, cwd=ROOT, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")


class Enough(Exception):
    """What somebody raises who has seen enough."""


LONG_CALLS: list[tuple[str, str]] = [
    ("sweep", "isoflop.sweep('krajewski2024-e64', flops=[1e18, 3e18], granularity=8, noise=0.3,"
              " simulations=1000000)"),
    ("plan", "isoflop.plan('krajewski2024-e64', flops=[1e18 * 1.0001**i for i in range(100000)])"),
    ("frontier", "isoflop.frontier('krajewski2024-e64', from_=1e18, to=1e28, points=1000000)"),
]  # fmt: skip

INTERRUPTED = """
import signal, threading, time, isoflop
sent = []
def interrupt():
    time.sleep(1.0)
    sent.append(time.monotonic())
    signal.raise_signal(signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    {call}
    print("ended before")
except KeyboardInterrupt:
    print(time.monotonic() - sent[0])
"""


@pytest.mark.parametrize(("name", "call"), LONG_CALLS, ids=[name for name, _ in LONG_CALLS])
def test_ctrl_c_ends_every_long_verb(name: str, call: str) -> None:
    for _ in range(3):  # other processes stretch some of them
        begin = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED.format(call=call)],
            capture_output=True, text=True, cwd=ROOT, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout != "ended before\n", f"{name} took {time.monotonic() - begin} s"
        if float(done.stdout) < 1.0:
            return
    raise AssertionError(f"{name} went on for {done.stdout} s")
