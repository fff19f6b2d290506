"""Documents of every format hold to its schema, and readers to what schema and version say."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import isoflop
import schemas
from conftest import GRID, ROOT, program_path

FORMATS = sorted(name for name in schemas.schemas() if name != "parts")


def is_document(data: Any) -> bool:
    return isinstance(data, dict) and str(data.get("format", "")).startswith("isoflop.")


def documents() -> Iterator[tuple[str, Any]]:
    """Every JSON file of the tree that names its format, and every example in its documents."""
    for folder in ("data", "fuzz/seeds", "tests", "web/tests"):
        for path in sorted((ROOT / folder).rglob("*.json")):
            try:
                data = json.loads(path.read_text("utf-8"))
            except ValueError:  # one that is to be refused
                continue
            if is_document(data):
                yield path.relative_to(ROOT).as_posix(), data
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text("utf-8")
        for number, block in enumerate(re.findall(r"^```json\n(.*?)^```", text, re.M | re.S), 1):
            if '"format"' in block and "..." not in block:
                yield f"{path.relative_to(ROOT)}, example {number}", json.loads(block)


DOCUMENTS = dict(documents())


@pytest.mark.parametrize("name", sorted(schemas.schemas()))
def test_schema_is_one(name: str) -> None:
    schema = schemas.schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("draft/2020-12/schema")
    if name != "parts":
        assert schemas.file_of(schema["properties"]["format"]["const"]) == name
        assert schema["title"] == schema["properties"]["format"]["const"]


def test_every_format_has_a_schema() -> None:
    known = (ROOT / "src/io/formats.cpp").read_text("utf-8")
    names = set(re.findall(r'"(isoflop\.[^"]+/\d+)"', known))
    assert sorted(map(schemas.file_of, names)) == FORMATS


@pytest.mark.parametrize("where", DOCUMENTS)
def test_documents_of_the_tree_are_valid(where: str) -> None:
    assert schemas.faults(DOCUMENTS[where]) == []


# What is not to be refused, but for the version in its name.
LATER = {
    "isoflop.law/2": DOCUMENTS["data/laws/hoffmann2022.json"] | {"format": "isoflop.law/2"},
    "isoflop.formula/1": DOCUMENTS["data/formulas/fine-grained-moe.json"],
    "isoflop.hyperparameters/1": DOCUMENTS["data/hyperparameters/step-law.json"],
    "isoflop.cost/1": DOCUMENTS["fuzz/seeds/cost_table/measured.json"],
    "isoflop.figure/1": DOCUMENTS["fuzz/seeds/figure/residuals.json"],
    "isoflop.config/1": {"format": "isoflop.config/1", "expansion": 64},
}
READ_BY = {
    "isoflop.law/2": ["predict", "FILE", "--n", "1B", "--d", "20B"],
    "isoflop.formula/1": ["fit", GRID, "--law", "FILE"],
    "isoflop.hyperparameters/1": ["laws", "FILE"],
    "isoflop.cost/1": ["figure", "price", "FILE"],
    "isoflop.figure/1": ["figure", "residuals", "FILE", "--json"],
    "isoflop.config/1": ["plan", "krajewski2024-e64", "--flops", "1e21", "--config", "FILE"],
}


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program_path(), *words], capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize("name", READ_BY)
def test_reader_refuses_the_next_version_in_one_line(name: str, tmp_path: Path) -> None:
    stem, version = name.split("/")
    later = f"{stem}/{int(version) + 1}"
    path = tmp_path / "later.json"
    path.write_text(json.dumps(LATER[name] | {"format": later}))
    refused = run([str(path) if word == "FILE" else word for word in READ_BY[name]])
    assert refused.returncode == 1
    assert refused.stderr == (
        f'isoflop: {path}: has format "{later}", which a later version of isoflop writes; '
        f'this program reads "{name}"\n'
    )


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "law-1"])
@pytest.mark.parametrize("verb", ["report", "rerun", "figure"])
def test_no_document_of_a_later_version_is_taken_for_one_of_this(
    name: str, verb: str, tmp_path: Path
) -> None:
    stem, _, newest = name.rpartition("-")
    later, path = f"isoflop.{stem}/{int(newest) + 1}", tmp_path / "later.json"
    path.write_text(
        json.dumps({"format": later, "request": {"verb": "laws"}, "isoflop_version": "9.9.9"})
    )
    words = {"report": ["-o", str(tmp_path / "report.html")], "figure": [], "rerun": []}[verb]
    kind = ["loss"] if verb == "figure" else []
    refused = run([verb, *kind, str(path), *words])
    assert refused.returncode == 1
    assert f'has format "{later}", which a later version of isoflop writes' in refused.stderr
    assert refused.stderr.count("\n") == 1
    with pytest.raises(isoflop.DataError, match="which a later version of isoflop writes"):
        isoflop.read(path)


REFUSES_OTHERS = sorted(set(READ_BY) - {"isoflop.law/2", "isoflop.config/1"})


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Of every object inside, the first of a list for all of them."""
    if isinstance(value, dict):
        yield path
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def is_free(name: str, path: tuple[str | int, ...]) -> bool:
    """Whether names there are the file's own."""
    own = {"isoflop.formula/1": {("variables",), ("coefficients",)}}
    ranges = {("ranges",)} if name == "isoflop.hyperparameters/1" else set()
    return path in own.get(name, set()) | ranges or path[:1] in (("request",), ("inputs",))


@pytest.mark.parametrize("name", REFUSES_OTHERS)
def test_unknown_member_is_refused_by_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    tried = 0
    for place in places(LATER[name]):
        if is_free(name, place):
            continue
        odd = copy.deepcopy(LATER[name])
        at(odd, place)["misspelt"] = 1
        path.write_text(json.dumps(odd))
        refused = run([str(path) if word == "FILE" else word for word in READ_BY[name]])
        assert refused.returncode == 1, place
        assert 'has no member "misspelt"; it may have: ' in refused.stderr, place
        assert refused.stderr.count("\n") == 1
        assert schemas.faults(odd), place
        tried += 1
    assert tried >= 3


def law_with(**members: Any) -> dict[str, Any]:
    return {**LATER["isoflop.law/2"], **members}


@pytest.mark.parametrize("section", ["variables", "ranges", "family", "scatter", "draws"])
def test_unknown_member_of_a_section_that_a_plan_rests_on_is_refused(
    section: str, tmp_path: Path
) -> None:
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(law_with(**{section: {"misspelt": 1}})))
    refused = run(["predict", str(path), "--n", "1B", "--d", "20B"])
    assert refused.returncode == 1
    assert f'"{section}" has no member "misspelt"; it may have: ' in refused.stderr


def test_other_members_of_a_law_survive_reading_and_writing(tmp_path: Path) -> None:
    own = {"cluster": {"name": 'a "b" <c>', "nodes": [1, 2.5, None]}, "note_of_mine": "é"}
    fit = {"status": "converged", "verdict": "certified", "seen_by": ["me"]}
    path, copied = tmp_path / "mine.json", tmp_path / "copied.json"
    path.write_text(json.dumps(law_with(fit=fit, **own)))
    assert schemas.faults(json.loads(path.read_text())) == []
    for _ in range(2):  # and again, of what was written
        copied.write_text(run(["laws", str(path), "--json"]).stdout)
        data = json.loads(copied.read_text("utf-8"))
        assert {key: data[key] for key in own} == own
        assert data["fit"]["seen_by"] == ["me"]
        path = copied
    law = isoflop.read(path)
    law.save(tmp_path / "saved.json")
    assert (tmp_path / "saved.json").read_text("utf-8") == copied.read_text("utf-8")


# Mutations of a document: what the reader takes, the schema allows.


def mutations(document: Any) -> Iterator[Any]:
    for place in places(document):
        for key in list(at(document, place)):
            for value in (None, "text", -1, True, [], {}):
                changed = copy.deepcopy(document)
                at(changed, place)[key] = value
                yield changed
            changed = copy.deepcopy(document)
            del at(changed, place)[key]
            yield changed


def taken(call: Callable[[str], Any], path: Path, document: Any) -> bool:
    path.write_text(json.dumps(document))
    try:
        call(str(path))
    except isoflop.Error:
        return False
    return True


READERS: dict[str, Callable[[str], Any]] = {
    "data/laws/krajewski2024-e64.json": isoflop.laws,
    "data/laws/ludziejewski2025.json": isoflop.laws,
    "fuzz/seeds/picture/law.json": isoflop.laws,
    "data/hyperparameters/step-law.json": isoflop.laws,
    "fuzz/seeds/figure/residuals.json": lambda path: isoflop.figure("residuals", path),
    "fuzz/seeds/cost_table/roofline.json": lambda path: isoflop.run(
        {"verb": "show", "cost_table": path}
    ),
}


# Which no reader reads, so that it takes anything there; fit is, but for words.
FOR_PEOPLE = "fit interval_method intervals records runs request isoflop_version inputs".split()


@pytest.mark.parametrize("where", READERS)
def test_schema_allows_what_the_reader_takes(where: str, tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENTS[where])
    for key in FOR_PEOPLE:
        document.pop(key, None)
    if "panels" in document:
        document["panels"] = document["panels"][:1]
    path, accepted = tmp_path / "changed.json", 0
    assert taken(READERS[where], path, document)
    for changed in mutations(document):
        if taken(READERS[where], path, changed):
            accepted += 1
            assert schemas.faults(changed) == [], changed
    assert accepted > 0


@pytest.mark.parametrize("path", sorted((ROOT / "fuzz/seeds/door").glob("*.json")), ids=str)
def test_outcome_has_no_member_that_the_schema_lacks(path: Path) -> None:
    shown = run(["run", str(path)])
    if shown.stdout:
        assert schemas.faults(json.loads(shown.stdout), complete=True) == []
    else:  # a request that is refused
        assert shown.stderr.startswith("isoflop: ")


@pytest.mark.parametrize("name", FORMATS)
def test_schema_refuses_what_lacks_a_member(name: str) -> None:
    schema = schemas.schemas()[name]
    examples = [data for data in DOCUMENTS.values() if schemas.file_of(data["format"]) == name]
    for data in examples[:1]:
        for key in schema.get("required", []):
            assert schemas.faults({k: v for k, v in data.items() if k != key}), key
        assert schemas.faults(data | {"format": 1}) != []


# Outcomes that earlier versions printed.


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests/lasting/outcomes").rglob("*.json")), ids=lambda p: p.parent.name
)
def test_outcome_of_an_earlier_version_is_read(path: Path) -> None:
    data = json.loads(path.read_text("utf-8"))
    result = isoflop.read(path)
    assert result.to_json() == path.read_text("utf-8")
    assert result.to_dict() == data
    assert (
        type(result).__name__ == {"plan": "Plan", "predict": "Predicted", "laws": "Laws"}[path.stem]
    )
    if path.stem == "plan":
        assert [plan.n_active for plan in result] == [plan["n_active"] for plan in data["plans"]]
    assert repr(result)
