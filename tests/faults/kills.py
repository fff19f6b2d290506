"""Ended by kill -9 at random moments: each file is the old one or the new one, whole."""

import json
import os
import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from place import GRID, Place, Skipped, claim, fit_words

SEED = 1


@dataclass
class Work:
    """Two commands that write the same files, each something else."""

    names: tuple[str, ...]
    words: tuple[list[str], list[str]]


def bytes_in(folder: Path, names: tuple[str, ...]) -> tuple[bytes | None, ...]:
    return tuple(
        (folder / name).read_bytes() if (folder / name).exists() else None for name in names
    )


def kill_once(place: Place, words: list[str], folder: Path, delay_s: float | None, more_s: float,
              names: tuple[str, ...],
              first: Callable[[subprocess.Popen[bytes]], None] = lambda _: None,
              **how: Any) -> bool:  # fmt: skip
    """Kills after `delay_s`, or where that is None `more_s` after a file beside appears; right
    before that it calls `first`.

    Whether the program was still at work.
    """
    child = place.begin(words, folder, **how)
    begin = time.monotonic()
    if delay_s is None:
        beside = [str(folder / (name + ".part")) for name in names]
        while child.poll() is None and not any(map(os.path.exists, beside)):
            if time.monotonic() - begin > 60.0:
                break
        end = time.monotonic() + more_s
    else:
        end = begin + delay_s
    while time.monotonic() < end:
        if delay_s is not None:
            time.sleep(min(0.001, max(0.0, end - time.monotonic())))
    was_at_work = child.poll() is None
    first(child)
    child.kill()
    child.wait()
    return was_at_work


def kills_of(place: Place, work: Work, num: int) -> str:
    """Half of the moments are any, half come while the files are written."""
    moments = random.Random(SEED)
    folder = place.new_folder()
    whole: list[tuple[bytes | None, ...]] = []
    for words in work.words:
        begin = time.monotonic()
        place.run(words, folder).worked()
        takes_s = time.monotonic() - begin
        whole.append(bytes_in(folder, work.names))
    claim(None not in whole[0] + whole[1], f"{work.names} were not all written")
    for old, new in zip(*whole, strict=True):
        claim(old != new, "the two commands write the same")
    num_at_work = num_old = num_new = 0
    for i in range(num):
        for name, old in zip(work.names, whole[0], strict=True):
            path = folder / name
            if i % 3 == 0:
                path.unlink(missing_ok=True)  # nothing was there before
            else:
                path.write_bytes(old or b"")
        before = bytes_in(folder, work.names)
        aimed = i % 2 == 1
        delay_s = None if aimed else moments.uniform(0.0, 1.05 * takes_s)
        num_at_work += kill_once(
            place, work.words[1], folder, delay_s, moments.uniform(0.0, 2e-3), work.names
        )
        for name, was, new, held in zip(
            work.names, before, whole[1], bytes_in(folder, work.names), strict=True
        ):
            claim(held in (was, new), f"kill {i}: {name} is neither the old nor the new file")
            num_old += held == was
            num_new += held == new
    place.run(work.words[1], folder).worked()
    claim(bytes_in(folder, work.names) == whole[1], "the next run wrote something else")
    left = sorted(p.name for p in folder.iterdir())
    claim(left == sorted(work.names), f"left over: {left}")
    return f"{num} kills, {num_at_work} of them at work; files old {num_old}, new {num_new}, half 0"


def kill_fit(place: Place) -> str:
    files = ["-o", "law.json", "--report", "law.html"]
    work = Work(
        ("law.json", "law.html"),
        (fit_words(place, "--seed", "2", *files), fit_words(place, "--seed", "1", *files)),
    )
    return kills_of(place, work, 20 if place.quick else 200)


def kill_report(place: Place) -> str:
    laws = ("krajewski2024-e64", "hoffmann2022")
    words = [[place.isoflop, "report", law, "-o", "law.html"] for law in laws]
    return kills_of(place, Work(("law.html",), (words[0], words[1])), 20 if place.quick else 200)


def kill_python(place: Place) -> str:
    there = subprocess.run(
        [place.python, "-c", "import isoflop"], capture_output=True, check=False, cwd=place.folder
    )
    if there.returncode != 0:
        raise Skipped("the Python package is not installed for " + place.python)
    words = []
    for seed in (2, 1):
        text = (
            f"import isoflop; isoflop.fit({str(GRID)!r}, law='fine-grained-moe', "
            f"loss='loss_simulated', bootstrap=50, seed={seed}).save('law.json')"
        )
        words.append([place.python, "-W", "ignore", "-c", text])
    return kills_of(place, Work(("law.json",), (words[0], words[1])), 10 if place.quick else 200)


def rows_of(path: Path) -> list[dict[str, object]]:
    return list(json.loads(path.read_text())["rows"]) if path.exists() else []


def runs_in(rows: list[dict[str, object]]) -> int:
    """A run of both passes leaves three rows, of which the last is that of both."""
    return sum(row["pass"] == "both" and row["stage"] == "whole" for row in rows)


def kill_sweep(place: Place) -> str:
    """The table of a sweep grows by a run, or stays; a run that was over is in it, but the last."""
    moments = random.Random(SEED)
    folder = place.new_folder()
    table, journal = folder / "cost.json", folder / "journal"
    words = [place.paced, "sweep", "--preset", "quick", "-o", "cost.json", "--resume"]
    # Of a fresh sweep, to which the first of a resumed one is the same command.
    how = {"env": {**os.environ, "PACED_MS": "2", "PACED_JOURNAL": str(journal)}}
    place.run(words, folder, **how).worked()
    complete = rows_of(table)

    def journalled() -> int:
        return journal.read_bytes().count(b"\n") if journal.exists() else 0

    num_sweeps, num_lost, num_most = 0, 0, 0
    num = 20 if place.quick else 200
    table.unlink()
    for i in range(num):
        journal.unlink(missing_ok=True)
        before = runs_in(rows_of(table))
        child = place.begin(words, folder, **how)
        if i % 2 == 0:
            time.sleep(moments.uniform(0.0, 0.12))
        else:
            end = time.monotonic() + 0.3
            beside = str(table) + ".part"
            skips = moments.randrange(8)
            while time.monotonic() < end and child.poll() is None:
                if os.path.exists(beside):
                    skips -= 1
                    if skips < 0:
                        break
                    while os.path.exists(beside):
                        pass
            time.sleep(moments.uniform(0.0, 1e-3))
        child.kill()
        child.wait()
        rows = rows_of(table)
        claim(complete[: len(rows)] == rows, f"kill {i}: the rows are not those of a whole sweep")
        lost = before + journalled() - runs_in(rows)
        claim(0 <= lost <= 1, f"kill {i}: {lost} runs that were over are not in the table")
        num_lost += lost
        num_most = max(num_most, lost)
        if len(rows) == len(complete):
            num_sweeps += 1
            table.unlink()
    place.run(words, folder, **how).worked()
    claim(rows_of(table) == complete, "the resumed sweep is not the whole one")
    left = sorted(p.name for p in folder.iterdir())
    claim(left == ["cost.json", "journal"], f"left over: {left}")
    return (
        f"{num} kills, {runs_in(complete)} runs a sweep, {num_sweeps} sweeps ended; "
        f"at most {num_most} run lost at a kill, {num_lost} in all"
    )


CASES: list[tuple[str, Callable[[Place], str | None]]] = [
    ("kill -9: a fit that writes a law and a report", kill_fit),
    ("kill -9: a report", kill_report),
    ("kill -9: a sweep of the benchmark, resumed", kill_sweep),
    ("kill -9: a fit in Python", kill_python),
]
