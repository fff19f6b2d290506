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


@dataclass
class Ending:
    """How a program ends that is not let finish, in what folder, and what is done about it.

    `kept` makes sure of what lies there so far, `before` comes right before the kill and `after`
    when the program is gone.
    """

    word: str
    folder: Path
    kept: Callable[[], None] = lambda: None
    before: Callable[[subprocess.Popen[bytes]], None] = lambda _: None
    after: Callable[[], None] = lambda: None

    def files(self) -> list[str]:
        """What lies there but what every ext4 has."""
        return sorted(p.name for p in self.folder.iterdir() if p.name != "lost+found")


def bytes_in(folder: Path, names: tuple[str, ...]) -> tuple[bytes | None, ...]:
    return tuple(
        (folder / name).read_bytes() if (folder / name).exists() else None for name in names
    )


def wait_for_writing(child: subprocess.Popen[bytes], beside: list[str], skips: int) -> None:
    """Until one of the files beside is there, and has been `skips` times before."""
    end = time.monotonic() + 60.0
    while child.poll() is None and time.monotonic() < end:
        if any(map(os.path.exists, beside)):
            if skips == 0:
                return
            skips -= 1
            while child.poll() is None and any(map(os.path.exists, beside)):
                pass


def end_once(place: Place, words: list[str], names: tuple[str, ...], ending: Ending,
             delay_s: float | None, more_s: float, skips: int = 0, **how: Any) -> bool:  # fmt: skip
    """Ends it after `delay_s`, or where that is None `more_s` after it writes one of the files.

    Whether the program was still at work.
    """
    child = place.begin(words, ending.folder, **how)
    if delay_s is None:
        wait_for_writing(child, [str(ending.folder / (name + ".part")) for name in names], skips)
        delay_s = more_s
    time.sleep(delay_s)
    was_at_work = child.poll() is None
    ending.before(child)
    child.kill()
    child.wait()
    ending.after()
    return was_at_work


def endings_of(place: Place, work: Work, num: int, ending: Ending) -> str:
    """Half of the moments are any, half come while the files are written."""
    moments = random.Random(SEED)
    folder = ending.folder
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
        ending.kept()
        before = bytes_in(folder, work.names)
        delay_s = None if i % 2 == 1 else moments.uniform(0.0, 1.05 * takes_s)
        more_s = moments.uniform(0.0, 4e-3)
        num_at_work += end_once(place, work.words[1], work.names, ending, delay_s, more_s)
        for name, was, new, held in zip(
            work.names, before, whole[1], bytes_in(folder, work.names), strict=True
        ):
            claim(
                held in (was, new),
                f"{ending.word} {i}: {name} is neither the old nor the new file",
            )
            num_old += held == was
            num_new += held == new
    place.run(work.words[1], folder).worked()
    claim(bytes_in(folder, work.names) == whole[1], "the next run wrote something else")
    claim(ending.files() == sorted(work.names), f"left over: {ending.files()}")
    return (
        f"{num} {ending.word}s, {num_at_work} of them at work; "
        f"files old {num_old}, new {num_new}, half 0"
    )


def rows_of(path: Path) -> list[dict[str, object]]:
    return list(json.loads(path.read_text())["rows"]) if path.exists() else []


def runs_in(rows: list[dict[str, object]]) -> int:
    """A run of both passes leaves three rows, of which the last is that of both."""
    return sum(row["pass"] == "both" and row["stage"] == "whole" for row in rows)


def endings_of_sweep(place: Place, num: int, ending: Ending) -> str:
    """The table of a sweep grows by a run, or stays; a run that was over is in it, but the last."""
    moments = random.Random(SEED)
    names = ("cost.json",)
    table, journal = ending.folder / names[0], place.new_folder() / "journal"
    words = [place.paced, "sweep", "--preset", "quick", "-o", names[0], "--resume"]
    # Of a fresh sweep, to which the first of a resumed one is the same command.
    how = {"env": {**os.environ, "PACED_MS": "2", "PACED_JOURNAL": str(journal)}}
    begin = time.monotonic()
    place.run(words, ending.folder, **how).worked()
    takes_s = time.monotonic() - begin
    complete = rows_of(table)
    table.unlink()
    num_at_work = num_sweeps = num_kept = num_lost = num_most = 0
    for i in range(num):
        ending.kept()
        journal.write_bytes(b"")
        before = runs_in(rows_of(table))
        delay_s = None if i % 2 == 1 else moments.uniform(0.0, 1.05 * takes_s)
        more_s, skips = moments.uniform(0.0, 1e-3), moments.randrange(8)
        num_at_work += end_once(place, words, names, ending, delay_s, more_s, skips, **how)
        rows = rows_of(table)
        claim(
            complete[: len(rows)] == rows,
            f"{ending.word} {i}: the rows are not those of a whole sweep",
        )
        lost = before + journal.read_bytes().count(b"\n") - runs_in(rows)
        claim(
            0 <= lost <= 1,
            f"{ending.word} {i}: {lost} runs that were over are not in the table",
        )
        num_kept += runs_in(rows) - before
        num_lost += lost
        num_most = max(num_most, lost)
        if len(rows) == len(complete):
            num_sweeps += 1
            table.unlink()
    place.run(words, ending.folder, **how).worked()
    claim(rows_of(table) == complete, "the resumed sweep is not the whole one")
    claim(ending.files() == list(names), f"left over: {ending.files()}")
    return (
        f"{num} {ending.word}s, {num_at_work} of them at work, {runs_in(complete)} runs a sweep, "
        f"{num_sweeps} sweeps ended; {num_kept} runs kept, at most {num_most} lost at a "
        f"{ending.word}, {num_lost} in all"
    )


def work_of_fit(place: Place) -> Work:
    files = ["-o", "law.json", "--report", "law.html"]
    return Work(
        ("law.json", "law.html"),
        (fit_words(place, "--seed", "2", *files), fit_words(place, "--seed", "1", *files)),
    )


def killed(place: Place) -> Ending:
    return Ending("kill", place.new_folder())


def kill_fit(place: Place) -> str:
    return endings_of(place, work_of_fit(place), 20 if place.quick else 200, killed(place))


def kill_report(place: Place) -> str:
    laws = ("krajewski2024-e64", "hoffmann2022")
    words = [[place.isoflop, "report", law, "-o", "law.html"] for law in laws]
    work = Work(("law.html",), (words[0], words[1]))
    return endings_of(place, work, 20 if place.quick else 200, killed(place))


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
    work = Work(("law.json",), (words[0], words[1]))
    return endings_of(place, work, 10 if place.quick else 200, killed(place))


def kill_sweep(place: Place) -> str:
    return endings_of_sweep(place, 20 if place.quick else 200, killed(place))


CASES: list[tuple[str, Callable[[Place], str | None]]] = [
    ("kill -9: a fit that writes a law and a report", kill_fit),
    ("kill -9: a report", kill_report),
    ("kill -9: a sweep of the benchmark, resumed", kill_sweep),
    ("kill -9: a fit in Python", kill_python),
]
