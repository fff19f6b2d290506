"""Texts of strangers stay texts: in reports and pictures, in the command that a report names, and
in what is read for them."""

from __future__ import annotations

import copy
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import isoflop
import schemas
from conftest import ROOT, program_path
from isoflop import _core

POISON = "-->\"'></title></style></script><script>alert(1)</script><img onerror=x>&amp;<!--\u2028"
ELEMENTS = set(
    "html head meta title style body main h1 h2 p figure details summary table caption tr th td dl"
    " dt dd code pre div script svg desc g rect line path polyline polygon circle text defs"
    " clippath use tspan".split()
)
DOCUMENTS = sorted((ROOT / "fuzz/seeds/picture").glob("*.json")) + sorted(
    (ROOT / "fuzz/seeds/figure").glob("*.json")
)


class Page(HTMLParser):
    """What a browser would make of a report."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: set[str] = set()
        self.scripts: list[str] = []
        self.embedded = self.command = self.text = ""
        self.figures = 0
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.figures += tag == "figure"
        self._inside = tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, attrs)
            assert name not in ("href", "src", "srcdoc", "action", "formaction"), (tag, attrs)
            if name == "style":
                assert re.fullmatch(r"font-size: min\(\.85rem, [0-9.]+cqw\)", value or ""), value
        if tag == "script":
            assert dict(attrs) == {"type": "application/json", "id": "isoflop"}
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.embedded += data
        if self._inside == "code":
            self.command += data
        self.text += data


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where texts stand, all of a list as one."""
    if isinstance(value, str):
        yield path
    for key, each in value.items() if isinstance(value, dict) else ():
        yield from leaves(each, (*path, key))
    for each in value if isinstance(value, list) else ():
        yield from leaves(each, (*path, "[]"))


def poisoned(value: Any, path: tuple[str, ...]) -> Any:
    if not path:
        return POISON if isinstance(value, str) else value
    if path[0] == "[]":
        return [poisoned(each, path[1:]) for each in value] if isinstance(value, list) else value
    if not isinstance(value, dict) or path[0] not in value:
        return value
    return {k: poisoned(v, path[1:]) if k == path[0] else v for k, v in value.items()}


def page_of(document: Any, text: str = "") -> Page:
    page = Page(_core.report(json.dumps(document), text))
    assert page.seen <= ELEMENTS, page.seen - ELEMENTS
    assert len(page.scripts) == 1
    assert json.loads(page.embedded) == document
    return page


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_report_shows_every_text_of_a_document_as_text(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    figures = page_of(document).figures
    kept = 0
    for place in sorted(set(leaves(document))):
        changed = poisoned(document, place)
        if place == ("format",) or schemas.faults(changed):
            continue
        try:
            page = page_of(changed)
        except isoflop.Error:  # a word that has to be one of a few
            continue
        if page.figures == figures:  # nor is any picture gone: go on with it
            document = changed
            kept += 1
    page = page_of(document, text=POISON * 3)
    assert page.figures == figures
    assert kept > 0
    assert POISON.replace("\u2028", "") in page.text.replace("\u2028", "")


def test_report_shows_names_of_members_as_text() -> None:
    document = json.loads((ROOT / "fuzz/seeds/picture/law.json").read_text("utf-8"))
    document["fit"]["questions"] = {POISON: {"word": POISON, "why": [POISON]}}
    document["request"] = {"verb": POISON, POISON: POISON, "law": [POISON], "seed": {POISON: 1}}
    document["inputs"] = [{"path": POISON, "sha256": POISON}]
    document["isoflop_version"] = POISON
    assert page_of(document).text.count(POISON) >= 4


@pytest.mark.parametrize("path", DOCUMENTS[-3:], ids=lambda path: path.stem)
def test_picture_is_xml_whatever_its_texts(path: Path, tmp_path: Path) -> None:
    from xml.etree import ElementTree

    figure = json.loads(path.read_text("utf-8"))
    for place in sorted(set(leaves(figure))):
        if place[-1] not in ("format", "kind", "role", "scale"):
            figure = poisoned(figure, place)
    source, drawn = tmp_path / "figure.json", tmp_path / "figure.svg"
    source.write_text(json.dumps(figure))
    subprocess.run(
        [program_path(), "figure", figure["kind"], source, "-o", drawn], check=True, cwd=ROOT
    )
    tags = {each.tag.rpartition("}")[2] for each in ElementTree.parse(drawn).iter()}
    assert "title" in tags
    assert not tags & {"script", "img", "foreignObject", "a", "image"}
    names = {name for each in ElementTree.parse(drawn).iter() for name in each.attrib}
    assert not any(name.startswith("on") for name in names)


HOSTILE = [
    *("$(touch pwned)", "`touch pwned`", "a;touch pwned", "|touch pwned", "&& touch pwned"),
    *("-o pwned", "--output=pwned", "x'y\"z", "a\nb", "*", "~", "é <b>", "\\", "!x", "#x"),
]


@pytest.mark.parametrize("word", HOSTILE)
def test_command_of_a_report_is_one_command_with_the_words_of_the_request(
    word: str, tmp_path: Path
) -> None:
    document = {
        "format": "isoflop.plan/1",
        "request": {
            "verb": "plan", "law": word, "where": [word, "N<3"], "column": {word: word}, word: word,
        },
    }  # fmt: skip
    command = Page(_core.report(json.dumps(document), "")).command
    subprocess.run(["bash", "-n"], input=command, text=True, check=True)
    shown = subprocess.run(
        ["bash", "-c", 'isoflop() { printf "%s\\0" "$@"; }\n' + command],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    ).stdout.split("\0")[:-1]  # fmt: skip
    assert list(tmp_path.iterdir()) == []
    assert shown[0] == "plan"
    assert shown[1] in (word, f"./{word}")
    assert shlex.split(command)[1:] == shown
    values = [each.split("=", 1)[-1] if each.startswith("--") else each for each in shown[2:]]
    assert word in values
    # No word of the request is a flag of its own.
    flags = {"--where", "--column", "--" + word.replace("_", "-")}
    for each in shown[1:]:
        assert not each.startswith("-") or any(
            each == flag or each.startswith(flag + "=") for flag in flags
        ), shown


# No file that is only named inside a file is opened.


def document_that_names(path: str, kind: str) -> dict[str, Any]:
    shown = json.loads(_core.run(json.dumps(REQUESTS[kind]), None)[0])
    out: dict[str, Any] = copy.deepcopy(shown)
    request = out["request"]
    assert "law" in request or "file" in request
    request["law" if "law" in request and kind != "fit" else "file"] = path
    return out


REQUESTS: dict[str, dict[str, Any]] = {
    "plan": {"verb": "plan", "law": "krajewski2024-e64", "flops": [1e21]},
    "frontier": {"verb": "frontier", "law": "krajewski2024-e64", "from": 1e20, "to": 1e22},
    "fit": {
        "verb": "fit",
        "file": "data/published/krajewski2024_grid_simulated.csv",
        "law": "fine-grained-moe",
        "column": {"loss": "loss_simulated"},
        "bootstrap": 0,
        "starts": 20,
    },
}
PICTURES = {"plan": ["frontier", "granularity"], "frontier": ["frontier"], "fit": ["loss"]}


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pipe with a name")
@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("named", ["pipe", "secret"])
def test_no_file_that_only_a_document_names_is_read(kind: str, named: str, tmp_path: Path) -> None:
    """Whoever opens a pipe without a writer waits for ever; the text of a file would be seen."""
    path = tmp_path / "named"
    if named == "pipe":
        os.mkfifo(path)
    else:
        path.write_text((ROOT / "data/laws/krajewski2024-e64.json").read_text())
    document = tmp_path / "document.json"
    data = document_that_names(str(path), kind)
    if "records" in data:
        data["records"]["path"] = data["runs"]["path"] = str(path)
    document.write_text(json.dumps(data))
    report = tmp_path / "report.html"
    words = [
        ["report", str(document), "-o", str(report)],
        ["predict", str(document), "--n=1B", "--d=20B", "--g=1"],
    ]
    words += [["figure", each, str(document), "--json"] for each in PICTURES[kind]]
    for command in words:
        done = subprocess.run(
            [program_path(), *command], capture_output=True, text=True, cwd=ROOT, timeout=60,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode in (0, 1), done
        if command[0] == "figure" and kind != "fit":
            assert done.returncode == 1
            assert "none of its inputs: it is not read" in done.stderr
        assert done.stderr.count("\n") <= 2, done.stderr
    assert "The report" not in report.read_text() or kind == "fit"


def test_report_of_a_law_file_that_its_document_knows_has_its_text(tmp_path: Path) -> None:
    law, plan, page = (tmp_path / name for name in ("law.json", "plan.json", "plan.html"))
    law.write_text((ROOT / "data/laws/krajewski2024-e64.json").read_text())

    def made(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program_path(), *map(str, words)], capture_output=True, text=True, cwd=tmp_path
        )

    plan.write_text(made("plan", law, "--flops", "1e21", "--json").stdout)
    assert made("report", plan, "-o", page).stderr == ""
    assert "<h2>The report</h2>" in page.read_text("utf-8")
    law.write_text(law.read_text() + "\n")
    changed = made("report", plan, "-o", page)
    assert "does not come out again as it is" in changed.stderr
    assert "<h2>The report</h2>" not in page.read_text("utf-8")


# What a launch configuration says are numbers: no word of a user gets into it.


@pytest.mark.parametrize("name", ["$(touch pwned).json", "a'b\"c; touch pwned\n.json", "-o.json"])
@pytest.mark.parametrize("emit", ["megatron", "hf", "torchtitan"])
def test_launch_holds_no_word_of_a_user(name: str, emit: str, tmp_path: Path) -> None:
    import ast

    law = (ROOT / "data/laws/krajewski2024-dense.json").read_text("utf-8")
    texts = []
    for each in (name, "law.json"):
        (tmp_path / each).write_text(law.replace("krajewski2024-dense", json.dumps(each)[1:-1]))
        done = subprocess.run(
            [program_path(), "plan", f"./{each}", "--flops", "1e20", "--gated", "--emit", emit],
            capture_output=True, text=True, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        texts.append(done.stdout)
    assert texts[0] == texts[1]
    text = texts[0]
    if emit == "megatron":
        assert re.fullmatch(r"(--[a-z0-9-]+( [A-Za-z0-9_.+-]+)?\n)+", text)
        expanded = subprocess.run(
            ["bash", "-c", 'printf "%s\\n" $(cat)'], input=text, capture_output=True, text=True
        )
        assert expanded.stdout.split() == text.split() == shlex.split(text)
    elif emit == "hf":
        assert json.loads(text)["isoflop_training"]["steps"] > 0
    else:
        constants = re.findall(r"^[A-Z_]+ = ([0-9TF][^ \n]*)", text, re.M)
        assert len(constants) > 10
        for each in constants:
            assert isinstance(ast.literal_eval(each), (int, float))
        ast.parse(text)
    assert not list(tmp_path.glob("pwned*"))


def test_files_of_a_sweep_are_named_by_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    law = tmp_path / "..$(x)'.json"
    law.write_text((ROOT / "data/laws/hoffmann2022.json").read_text("utf-8"))
    words = ["sweep", law, "--flops", "1e18", "3e18", "1e19", "--n-means", "total", "--gated"]
    done = subprocess.run(
        [program_path(), *words, "--emit", "hf", "--emit-dir", folder],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert names
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+_/-]*", name) for name in names), names
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([law.name, "runs"])
