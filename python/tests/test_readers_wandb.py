"""Runs of W&B, from answers of its API as wandb.apis.public asks for them."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path
from typing import Any

import pytest

import isoflop
from conftest import ROOT
from run_writers import SWEEP, WRITERS, SimulatedRun, write_wandb_chart

wandb = pytest.importorskip("wandb")

# The answer to the query Runs, and the rows of a scan of each run's history.
RECORDED = Path(__file__).parent / "recorded/wandb_runs.json"


class Server:
    """In place of wandb.apis.public.service_api.ServiceApi: answers that were recorded."""

    app_url = "https://wandb.ai/"

    def __init__(self, runs: dict[str, Any], history: dict[str, list[dict[str, Any]]]) -> None:
        self.runs, self.history, self.asked = runs, history, list[str]()

    def execute_graphql(self, query: str, variables: Any = None, **_: Any) -> Any:
        operation = re.search(r"query (\w+)", query)
        assert operation is not None
        self.asked.append(operation[1])
        if operation[1] == "Runs":
            return json.loads(json.dumps(self.runs))
        nodes = [edge["node"] for edge in self.runs["project"]["runs"]["edges"]]
        node = next((n for n in nodes if n["name"] == variables["name"]), None)
        return {"project": {"run": node}}

    def send_api_request(self, request: Any, **_: Any) -> Any:
        """The pages of a scan of the history."""
        from wandb.proto import wandb_api_pb2 as pb

        asked = request.read_run_history_request
        response = pb.ApiResponse()
        if asked.HasField("scan_run_history_init"):
            self._scanned = self.history[asked.scan_run_history_init.run_id]
            response.read_run_history_response.scan_run_history_init.request_id = 1
            return response
        scan = asked.scan_run_history
        for row in self._scanned:
            if scan.min_step <= row["_step"] < scan.max_step:
                items = response.read_run_history_response.run_history.history_rows.add()
                for key, value in row.items():
                    items.history_items.add(key=key, value_json=json.dumps(value))
        return response

    def finalize(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    answers = json.loads(RECORDED.read_text(encoding="utf-8"))
    return Server(answers["Runs"], answers["history"])


def runs_of(server: Server, **options: Any) -> Any:
    from wandb.apis.public import Runs

    return Runs(server, "team", "sweep", **options)  # type: ignore[arg-type]


def api_of(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Puts the server behind wandb.Api(); what is asked of that is in the list."""
    heard: list[str] = []

    class Api:
        def runs(self, path: str, lazy: bool) -> Any:
            heard.append(path)
            return runs_of(server, lazy=lazy)

        def run(self, path: str) -> Any:
            heard.append(path)
            return next(iter(runs_of(server, lazy=False)))

    monkeypatch.setattr(wandb, "Api", Api)
    return heard


@pytest.mark.parametrize("lazy", [True, False])
def test_the_table_of_runs_is_read_by_one_query(server: Server, lazy: bool) -> None:
    runs = isoflop.read_runs(runs_of(server, lazy=lazy), loss="eval/loss")
    assert server.asked == ["Runs"]
    assert runs[0].to_dict() == {
        "run": "lr-3e-4 (team/sweep/a1)",
        "state": "finished",
        "step": 1000,
        "loss": 3.31,
        "_runtime": 61.5,
        "_timestamp": 1.7e9,
        "_wandb.runtime": 61,
        "train/loss": 3.25,
        "tokens": 524288000,
        "n_params": 124439808,
        "optim.lr": 0.0003,
        "optim.betas": "[0.9, 0.95]",
        "path": "team/sweep/a1",
    }
    assert (runs[1]["state"], runs[1]["loss"], runs[1]["train/loss"]) == ("crashed", None, None)
    assert any("summaries" in line for line in runs.read_as)


def test_histories_are_scanned_where_the_rule_needs_them(server: Server) -> None:
    best = isoflop.read_runs(runs_of(server), loss="eval/loss", rule="best")
    assert [(row["step"], row["loss"], row["tokens"]) for row in best] == [
        (500, 3.2, 262144000),
        (250, 4.2, 131072000),
    ]
    every = isoflop.read_runs(runs_of(server), loss="train/loss", per="checkpoint")
    assert [(row["step"], row["loss"]) for row in every] == [
        (500, 3.6),
        (1000, 3.25),
        (250, 4.1),
        (500, None),
    ]


def test_train_and_eval_losses_are_not_guessed_between(server: Server) -> None:
    with pytest.raises(isoflop.DataError, match='say loss="eval/loss" or another') as caught:
        isoflop.read_runs(runs_of(server))
    assert '"train/loss", "eval/loss"' in str(caught.value)


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("wandb:team/sweep", "team/sweep"),
        ("https://wandb.ai/team/sweep", "team/sweep"),
        ("https://wandb.ai/team/sweep/workspace?nw=abc", "team/sweep"),
        ("wandb:team/sweep/a1", "team/sweep/a1"),
        ("https://wandb.ai/team/sweep/runs/a1", "team/sweep/a1"),
    ],
)
def test_paths_and_addresses(
    server: Server, monkeypatch: pytest.MonkeyPatch, source: str, asked: str
) -> None:
    heard = api_of(server, monkeypatch)
    runs = isoflop.read_runs(source, loss="train/loss")
    assert heard == [asked]
    assert len(runs) == (1 if asked.endswith("a1") else 2)


def test_what_is_no_project_is_refused_in_a_line(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(isoflop.InvalidArgument, match="wandb:entity/project"):
        isoflop.read_runs("wandb:sweep")
    with pytest.raises(isoflop.DataError, match="are written wandb:team/sweep"):
        isoflop.read_runs("team/sweep")
    server.runs = {"project": None}
    with pytest.raises(isoflop.DataError, match="W&B: Could not find project sweep"):
        isoflop.read_runs(runs_of(server))
    monkeypatch.setitem(__import__("sys").modules, "wandb", None)
    with pytest.raises(isoflop.DataError, match=r"pip install 'isoflop\[wandb\]'"):
        isoflop.read_runs("wandb:team/sweep")


def test_a_project_gives_the_law_that_its_runs_follow(server: Server) -> None:
    def node(run: SimulatedRun) -> dict[str, Any]:
        summary = {"_step": run.steps, "loss": run.loss(run.steps), "tokens": run.tokens(run.steps)}
        config = {"n_params": {"value": run.n}}
        return {
            "projectId": 42,
            "name": run.name,
            "displayName": run.name,
            "state": "finished",
            "config": json.dumps(config),
            "summaryMetrics": json.dumps(summary),
        }

    edges = [{"node": node(run), "cursor": run.name} for run in SWEEP]
    server.runs["project"]["runs"]["edges"] = edges
    runs = isoflop.read_runs(runs_of(server, lazy=False))
    fit = isoflop.fit(runs, law="chinchilla", bootstrap=0, starts=40)
    wanted = isoflop.law("hoffmann2022").coefficients
    assert fit.coefficients == pytest.approx(wanted, rel=1e-3)


def test_examples_of_the_page_run_as_pasted(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```pycon\n(.*?)```", page, re.DOTALL)
    assert blocks
    for folder, kind in (
        ("tensorboard", "tensorboard scalars"),
        ("outputs", "huggingface"),
        ("logs", "megatron"),
        ("mlruns", "mlflow"),
        ("history", "wandb history"),
    ):
        (tmp_path / folder).mkdir()
        WRITERS[kind](tmp_path / folder)
    write_wandb_chart(tmp_path / "chart.csv")
    api_of(server, monkeypatch)
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(
        "\n".join(blocks), {"isoflop": isoflop}, "docs/python.md", None, None
    )
    heard: list[str] = []
    assert doctest.DocTestRunner().run(test, out=heard.append).failed == 0, "".join(heard)
