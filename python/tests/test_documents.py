"""Every example of the documents by its function: the JSON and the report of the command line."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import warnings
from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

import isoflop
import schemas
from conftest import ROOT, as_python, program_path

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    if "$ isoflop " in path.read_text(encoding="utf-8")
)

# What a front does with an outcome, and how: no field of a request.
FRONT_ONLY = frozenset(
    "o output json csv profile report emit-dir emit-output threads quiet config".split()
)
RUNS_FIRST = {"fit", "profiles", "envelope", "backtest", "sensitivity"}


def commands_of(document: str) -> Iterator[tuple[int, str]]:
    """Of all console blocks, with their lines."""
    inside = False
    begin, command = 0, ""
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and (command or line.startswith("$ ")):
            begin = begin if command else number
            command = command[:-1] + line if command else line[2:]
            if not command.endswith("\\"):
                yield begin, command
                command = ""


def simple_commands(words: list[str]) -> Iterator[list[str]]:
    """Those of a line of the shell, but for what reads a pipe or a file as its standard input."""
    begin, piped = 0, False
    for at in range(len(words) + 1):
        sign = words[at] if at < len(words) else ";"
        if not set(sign) <= set("();<>|&"):
            continue
        command = words[begin:at]
        if sign.startswith(">") and command and command[-1] in ("1", "2"):
            command.pop()
        if command and not piped and not sign.startswith("<"):
            yield command
        begin, piped = at + 1, sign == "|"


def call_of(words: list[str]) -> tuple[str, list[str], dict[str, Any]]:
    """The verb, its words without a flag, and the rest as arguments."""
    verb, *rest = words
    plain: list[str] = []
    flags: dict[str, list[str]] = {}
    to = plain
    for word in rest:
        if re.match(r"--?[a-zA-Z]", word):
            name, _, value = word.lstrip("-").partition("=")
            to = flags.setdefault(name, [])
            to += [value] if value else []
        else:
            to.append(word)
    options: dict[str, Any] = {}
    for name, values in flags.items():
        if name not in FRONT_ONLY:
            key = name.replace("-", "_")
            key += "_" if key == "from" else ""
            options[key] = values[0] if len(values) == 1 else values or True
    return verb.replace("-", "_"), plain, options


def ask(words: list[str]) -> isoflop.Result:
    verb, plain, options = call_of(words)
    function: Callable[..., isoflop.Result] = getattr(isoflop, verb)
    if verb == "consensus":
        return function(plain or None, **options)
    return function(*plain, **options)


@pytest.mark.thorough
@pytest.mark.parametrize("document", DOCUMENTS)
def test_examples_agree(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program_path()
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "isoflop").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    compared = 0
    differences = []
    for line, command in commands_of(document):
        lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = list(lexer)
        # Later examples read what earlier ones write.
        if words[0] != "isoflop" or re.search(r"[;<>&]| (-o|--emit\S*) ", command):
            subprocess.run(["sh", "-c", command], env=environment, capture_output=True)
        for asked in simple_commands(words):
            if asked[0] != "isoflop" or asked[1] in ("run", "rerun") or asked[-1] == "--help":
                continue
            difference = compare(asked[1:], path)
            if difference:
                differences.append(f"{document}:{line}: {command}\n{difference}")
            compared += 1
    if not compared:
        pytest.skip("no example asks the program by itself")
    assert not differences, "\n\n".join(differences)


def compare(words: list[str], path: Path) -> str:
    """What differs between the program and the function, in words; empty if nothing does."""
    # What is written to a file has been: some commands print nothing then, and take no --json.
    output = {at + i for at, word in enumerate(words) if word in ("-o", "--output") for i in (0, 1)}
    asked = [word for at, word in enumerate(words) if at not in output]
    printed = subprocess.run([path, *asked, "--json"], capture_output=True, text=True)
    refused = printed.stderr.partition("\n")[0] if not printed.stdout else ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isoflop.Notice)
        try:
            result = ask(words)
        except (isoflop.Error, ValueError) as error:
            said = str(error).partition("\n")[0]
            # Options and fields have names of their own.
            unknown = "there is no option" in refused and "there is no field" in said
            agree = unknown or (said and as_python(refused).endswith(said))
            return "" if agree else f"{error}\n{refused}"
    if refused:
        return f"not refused: {refused}"
    if not printed.stdout.startswith("{"):  # what it writes for other programs
        return ""
    document = json.loads(printed.stdout)
    faults = schemas.faults(document, complete=True) if "format" in document else []
    if faults:
        return "\n".join(faults)
    if result.to_json() != printed.stdout:
        lines = (text.splitlines(True) for text in (printed.stdout, result.to_json()))
        return "".join(unified_diff(*lines, n=0))
    if result.usable != (printed.returncode == 0):
        return f"exit code {printed.returncode}, usable {result.usable}"
    return ""
