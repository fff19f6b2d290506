"""Files that are none, or too much: each is refused in one line, in bounded time and memory."""

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from place import GRID, Done, Place, Skipped, claim, fit_words

# What one refusal may take; a slow machine has room in it.
CPU_S, PEAK_MB = 10.0, 400.0


def readers(place: Place) -> dict[str, Callable[[str], list[str]]]:
    """By the ending of the file: the commands that read one."""

    def fit(path: str) -> list[str]:
        return [place.isoflop, "fit", path, "--law", "chinchilla"]

    return {
        "csv": fit,
        "tsv": fit,
        "jsonl": fit,
        "json": fit,
        "md": fit,
        "law": lambda path: [place.isoflop, "plan", path, "--flops", "1e21"],
        "formula": lambda path: [place.isoflop, "fit", str(GRID), "--law", path],
        "report": lambda path: [place.isoflop, "report", path],
        "config": lambda path: [place.isoflop, "shape", path],
        "request": lambda path: [place.isoflop, "run", path],
        "outcome": lambda path: [place.isoflop, "rerun", path],
        "figure": lambda path: [place.isoflop, "figure", "loss", path],
        "defaults": lambda path: [
            place.isoflop, "plan", "hoffmann2022", "--flops", "1e21", "--config", path,
        ],
        "cost": lambda path: [place.bench, "show", path],
        "routing": lambda path: [
            place.paced, *"moe --tokens 64 --d-model 64 --d-ff 64 --expansion 8".split(),
            "--granularity", "1", "--routing", "file:" + path,
        ],
    }  # fmt: skip


def name_for(reader: str) -> str:
    return "x." + (reader if reader in ("csv", "tsv", "jsonl", "json", "md") else "json")


def everywhere(place: Place, make: Callable[[Path], None], cpu_s: float = CPU_S,
               peak_mb: float = PEAK_MB, only: tuple[str, ...] = ()) -> str:  # fmt: skip
    """Every reader refuses what `make` puts at the path."""
    worst_s = worst_mb = 0.0
    num = 0
    for reader, words in readers(place).items():
        if only and reader not in only:
            continue
        folder = place.new_folder()
        path = folder / name_for(reader)
        make(path)
        done = place.run(words(str(path)), folder)
        try:
            claim(done.code in (1, 2), f"exit code {done.code}: {done.err[:300]}")
            done.refused(code=done.code)
            done.within(cpu_s, peak_mb)
        except Exception as fault:
            fault.args = (f"{reader}: {fault}",)
            raise
        worst_s, worst_mb = max(worst_s, done.cpu_s), max(worst_mb, done.peak_mb)
        num += 1
    return f"{num} readers, at most {worst_s:.2f} s and {worst_mb:.0f} MB"


def folder_in_place(place: Place) -> str:
    return everywhere(place, lambda path: path.mkdir())


def link_loop(place: Place) -> str:
    return everywhere(place, lambda path: path.symlink_to(path.name))


def nothing_there(place: Place) -> str:
    return everywhere(place, lambda path: None)


def empty(place: Place) -> str:
    return everywhere(place, lambda path: path.write_bytes(b""))


def nul_bytes(place: Place) -> str:
    return everywhere(place, lambda path: path.write_bytes(b"\0" * 1_000_000))


def nul_in_line(place: Place) -> str:
    text = b"N,D,loss\n1e8,2e9,3.\x005\n"
    return everywhere(place, lambda path: path.write_bytes(text))


def brackets(place: Place) -> str:
    return everywhere(place, lambda path: path.write_bytes(b"[" * 1_000_000))


def closed_brackets(place: Place) -> str:
    text = b'{"a":' * 1_000_000 + b"1" + b"}" * 1_000_000
    return everywhere(place, lambda path: path.write_bytes(text))


def sparse(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(1_000_000_000)


def huge_hole(place: Place) -> str:
    # A document is read as a whole before it is refused, once in a string that doubles.
    return everywhere(place, sparse, cpu_s=20.0, peak_mb=1400.0)


def huge_line(place: Place) -> str:
    def feed() -> Iterator[bytes]:
        return itertools.repeat(b"a" * 1_000_000, 1000)

    done = Done(0, b"", "", 0.0, 0.0)
    worst = 0.0
    for form in ("csv", "tsv", "jsonl", "json", "md"):
        words = [place.isoflop, "fit", "-", "--format", form, "--law", "chinchilla"]
        done = place.run(words, place.new_folder(), feed=feed())
        done.refused("MiB")
        done.within(CPU_S, 1200.0 if form == "json" else 400.0)
        worst = max(worst, done.peak_mb)
    return f"5 formats, at most {worst:.0f} MB of a line of 1000 MB"


def endless(place: Place) -> str:
    return everywhere(place, lambda path: path.symlink_to("/dev/zero"), cpu_s=20.0, peak_mb=1400.0)


def many_columns(place: Place) -> str:
    folder = place.new_folder()
    num = 200_000 if place.quick else 1_000_000
    out = []
    for what, header in (
        ("named", ",".join(f"c{i}" for i in range(num))),
        ("unnamed", "," * (num // 2 - 1)),
        ("numbered", ",".join(map(str, range(num)))),
        ("alike", ",".join(["x"] * num)),
    ):
        (folder / "x.csv").write_text(header + "\n" + ",".join(["1"] * (header.count(",") + 1)))
        done = place.run([place.isoflop, "fit", "x.csv", "--law", "chinchilla"], folder)
        done.refused()
        done.within(CPU_S, 1500.0)
        out.append(f"{what} {done.cpu_s:.2f} s")
    # And one that is a table.
    names = ",".join(f"c{i}" for i in range(num))
    with open(folder / "x.csv", "w") as file:
        file.write("N,D,loss," + names + "\n")
        for n, d, loss in ((1e8, 2e9, 3.2), (2e8, 4e9, 3.0), (4e8, 8e9, 2.9)):
            file.write(f"{n},{d},{loss}" + ",1" * num + "\n")
    done = place.run([place.isoflop, "fit", "x.csv", "--law", "chinchilla"], folder)
    claim(done.code == 1, f"exit code {done.code}")
    claim("c9999" not in done.err and len(done.err) < 3000, done.err[:300])
    done.within(CPU_S, 1500.0)
    return f"{num // 1000}k columns " + ", ".join(out) + f", read {done.cpu_s:.2f} s"


def changing(place: Place) -> str:
    """A table that something writes to or cuts while it is read is refused."""
    folder = place.new_folder()
    path = folder / "x.csv"
    line = "1e8,2e9,3.2\n"
    head = "N,D,loss\n"
    num_lines = 200_000
    text = head + line * num_lines
    num_refused = num_whole = 0
    words = [place.isoflop, "fit", "x.csv", "--law", "chinchilla", "--starts", "2", "--bootstrap",
             "0", "--json"]  # fmt: skip
    for i in range(6 if place.quick else 40):
        path.write_text(text)
        time.sleep(0.01)
        stop = threading.Event()

        def disturb(cut: bool, end: threading.Event) -> None:
            with open(path, "r+") as file:
                size = len(text)
                while not end.is_set():
                    if cut:
                        size = max(len(head), size - 10 * len(line))
                        file.truncate(size)
                    else:
                        file.seek(0, os.SEEK_END)
                        file.write(line * 10)
                        file.flush()
                    time.sleep(0.001)

        thread = threading.Thread(target=disturb, args=(i % 2 == 0, stop))
        thread.start()
        done = place.run(words, folder)
        stop.set()
        thread.join()
        if "changed while it was read" in done.err:
            done.refused("x.csv", code=1)
            num_refused += 1
        else:
            num_whole += 1
    # The others were read before they changed, or after.
    claim(num_refused > num_whole, f"{num_refused} refused, {num_whole} not")
    return f"{num_refused} of {num_refused + num_whole} tables that changed refused"


def written_fifo(place: Place) -> str:
    """A pipe by its name is read once, and read whole."""
    folder = place.new_folder()
    os.mkfifo(folder / "x.csv")
    words = fit_words(place)
    plain = place.run([*words, "--json"], folder)
    words[2] = "x.csv"
    thread = threading.Thread(
        target=lambda: (folder / "x.csv").write_bytes(GRID.read_bytes()), daemon=True
    )
    thread.start()
    piped = place.run([*words, "--json"], folder)
    thread.join(10.0)
    plain.worked()
    piped.worked()
    same = b'"coefficients"'
    claim(
        plain.out[plain.out.index(same) :][:400] == piped.out[piped.out.index(same) :][:400],
        "another law",
    )
    return "the same law"


def unreadable(place: Place) -> str:
    if os.geteuid() == 0:
        raise Skipped("root reads every file")

    def make(path: Path) -> None:
        path.write_text("x")
        path.chmod(0)

    return everywhere(place, make)


CASES: list[tuple[str, Callable[[Place], str | None]]] = [
    ("input: no such file", nothing_there),
    ("input: empty", empty),
    ("input: a folder", folder_in_place),
    ("input: a loop of links", link_loop),
    ("input: may not be read", unreadable),
    ("input: a million NUL bytes", nul_bytes),
    ("input: a NUL byte in a line", nul_in_line),
    ("input: a million brackets", brackets),
    ("input: a million nested objects", closed_brackets),
    ("input: many columns", many_columns),
    ("input: changed or cut while it is read", changing),
    ("input: a named pipe", written_fifo),
]
LONG_CASES: list[tuple[str, Callable[[Place], str | None]]] = [
    ("input: a line of 1 GB through a pipe", huge_line),
    ("input: a hole of 1 GB", huge_hole),
    ("input: bytes without end", endless),
]
