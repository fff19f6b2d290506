"""Where nothing can be written: said in one line, and what was there before stays."""

import contextlib
import json
import os
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from place import ROOT, Done, Failed, Place, Skipped, claim, fit_words, no_larger_files_than


def writers(place: Place) -> dict[str, list[str]]:
    """By what they write beside their text: the commands that write a file."""
    law = "krajewski2024-e64"
    return {
        "law.json": fit_words(place, "-o", "law.json"),
        "fit.html": fit_words(place, "--report", "fit.html"),
        "law.html": [place.isoflop, "report", law, "-o", "law.html"],
        "plan.html": [place.isoflop, "plan", law, "--flops", "1e21", "--report", "plan.html"],
        "f.svg": [place.isoflop, "figure", "frontier", law, "-o", "f.svg"],
        "cost.json": [place.bench, *"model --gpu h200 --tokens 16384 --d-model 2048".split(),
                      *"--d-ff 8192 --expansion 64 --granularity 1,2,4,8,16,32".split(),
                      "-o", "cost.json"],
        "bash": [place.isoflop, "completion", "bash", "-o", "bash"],
    }  # fmt: skip


OLD = b"older, whole\n"


def no_room(place: Place, where: Callable[[str], Path], limits: Callable[[], None] | None,
            reason: str, close: Callable[[Path], None] = lambda folder: None) -> str:  # fmt: skip
    num = 0
    for name, words in writers(place).items():
        folder = where(name)
        (folder / name).write_bytes(OLD)
        close(folder)
        done = place.run(words, folder, limits=limits)
        folder.chmod(0o755)
        try:
            claim(done.code == 1, f"exit code {done.code}: {done.err[:300]}")
            lines = done.err.splitlines()
            claim(len(lines) == 1 and reason in lines[0] and name in lines[0], done.err[:500])
            claim((folder / name).read_bytes() == OLD, "the older file is gone")
            left = sorted(p.name for p in folder.iterdir() if p.name not in (name, "filler"))
            claim(not left, f"left over: {left}")
        except Failed as fault:
            raise Failed(f"{name}: {fault}") from None
        num += 1
    return f"{num} writers, every older file whole"


def full_disk(place: Place) -> str:
    with place.small_disk(256 * 1024) as disk:

        def where(name: str) -> Path:
            for old in disk.iterdir():
                old.unlink()
            filler = os.open(disk / "filler", os.O_WRONLY | os.O_CREAT)
            with contextlib.suppress(OSError):
                while True:
                    os.write(filler, b"x" * 4096)
            # Room for the older file and a page more.
            os.ftruncate(filler, os.fstat(filler).st_size - 2 * 4096)
            os.close(filler)
            return disk

        return no_room(place, where, None, "No space left on device")


def small_files(place: Place) -> str:
    return no_room(
        place, lambda name: place.new_folder(), no_larger_files_than(512), "File too large"
    )


def read_only(place: Place) -> str:
    if os.geteuid() != 0:  # whom permissions hold

        def close(folder: Path) -> None:
            folder.chmod(0o555)

        return no_room(place, lambda name: place.new_folder(), None, "Permission denied", close)
    with place.small_disk(1 << 20) as disk:
        for name in writers(place):
            (disk / name).write_bytes(OLD)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        num = 0
        for name, words in writers(place).items():
            done = place.run(words, disk)
            done.refused(name, "Read-only file system")
            # Said before an hour of work.
            claim(done.cpu_s < 0.5, f"{name}: refused after {done.cpu_s:.2f} s")
            claim((disk / name).read_bytes() == OLD, f"{name}: the older file is gone")
            num += 1
    return f"{num} writers, refused before they work"


def folder_in_place(place: Place) -> str:
    for name, words in writers(place).items():
        folder = place.new_folder()
        (folder / name).mkdir()
        place.run(words, folder).refused(name, "is a folder")
    return f"{len(writers(place))} writers"


def link_loop(place: Place) -> str:
    for name, words in writers(place).items():
        folder = place.new_folder()
        (folder / name).symlink_to(name)
        place.run(words, folder).refused(name, "symbolic links")
        claim((folder / name).is_symlink(), f"{name}: the link is gone")
    return f"{len(writers(place))} writers"


def followed_link(place: Place) -> str:
    """A link to a file, or to one yet to be made, is written through; permissions stay."""
    for name, words in writers(place).items():
        folder, other = place.new_folder(), place.new_folder()
        target = other / "file"
        if len(name) % 2 == 0:
            target.write_bytes(OLD)
            target.chmod(0o640)
        (folder / name).symlink_to(target)
        place.run(words, folder).worked()
        claim((folder / name).is_symlink(), f"{name}: the link is gone")
        claim(len(target.read_bytes()) > 100, f"{name}: nothing was written through the link")
        if len(name) % 2 == 0:
            claim(target.stat().st_mode & 0o777 == 0o640, f"{name}: other permissions")
        claim([p.name for p in other.iterdir()] == ["file"], f"{name}: left over")
    return f"{len(writers(place))} writers"


def full_stdout(place: Place) -> str:
    if not os.path.exists("/dev/full"):
        raise Skipped("no /dev/full here")
    commands = printers(place)
    for words in commands:
        with open("/dev/full", "wb") as full:
            done = place.run(words, place.new_folder(), stdout=full)
        done.refused("standard output")
    return f"{len(commands)} commands"


def printers(place: Place) -> list[list[str]]:
    law = "krajewski2024-e64"
    return [
        [place.isoflop, "plan", law, "--flops", "1e21"],
        [place.isoflop, "laws"],
        [place.isoflop, "report", law],
        [place.isoflop, "figure", "frontier", law],
        [place.isoflop, "shape", "--d-model", "2048", "--blocks", "16", "--heads", "16",
         "--d-ff", "8192", "--vocab", "50304", "--json"],
        fit_words(place, "--json"),
    ]  # fmt: skip


def closed_pipe(place: Place) -> str:
    """Quiet, and ended by SIGPIPE or with exit code 0."""
    commands = [*printers(place), [place.isoflop, "--help"], [place.isoflop, "fit", "--help"]]
    for words in commands:
        for num_read in (0, 1):
            read, write = os.pipe()
            child = place.begin(words, place.new_folder(), stdout=write, stderr=subprocess.PIPE)
            os.close(write)
            if num_read:
                os.read(read, 1)
            os.close(read)
            _, err = child.communicate()
            what = " ".join(words[1:4])
            claim(child.returncode in (0, -signal.SIGPIPE), f"{what}: code {child.returncode}")
            claim(err == b"", f"{what}: {err[:200]!r}")
    return f"{len(commands)} commands, each closed at once and after a byte"


def closed_pipe_keeps_files(place: Place) -> str:
    """What was to be written beside the text is there, whole, though nobody read the text."""
    law = "krajewski2024-e64"
    cases: list[tuple[list[str], list[str]]] = [
        (fit_words(place, "-o", "a.json", "--report", "a.html"), ["a.json", "a.html"]),
        ([place.isoflop, "plan", law, "--flops", "1e21", "--report", "a.html"], ["a.html"]),
        ([place.isoflop, "frontier", law, "--from", "1e20", "--to", "1e22", "--report", "a.html"],
         ["a.html"]),
        ([place.isoflop, "granularity", law, "--n-active", "1e9", "--d", "2e10", "--report",
          "a.html"], ["a.html"]),
        ([place.isoflop, "sweep", law, "--flops", "1e18", "3e18", "1e19", "--granularity", "8",
          "-o", "a.csv", "--report", "a.html"], ["a.csv", "a.html"]),
        ([place.bench, "show", str(ROOT / "data/costs/h200-modern.json"), "--report", "a.html"],
         ["a.html"]),
    ]  # fmt: skip
    num = 0
    for words, names in cases:
        folder = place.new_folder()
        whole = place.run(words, folder)
        claim(whole.code in (0, 1) and len(whole.out) > 0, whole.err)
        expected = [(folder / name).read_bytes() for name in names]
        for name in names:
            (folder / name).unlink()
        read, write = os.pipe()
        os.close(read)
        child = place.begin(words, folder, stdout=write)
        os.close(write)
        child.wait()
        for name, content in zip(names, expected, strict=True):
            claim((folder / name).exists(), f"{' '.join(words[1:3])}: {name} is lost")
            claim((folder / name).read_bytes() == content, f"{name} is another one")
            num += 1
    return f"{num} files of {len(cases)} commands"


def closed_descriptors(place: Place) -> str:
    """Started without standard streams: no file is written into by mistake."""
    for closed in ((0,), (1,), (2,), (0, 1, 2)):
        folder = place.new_folder()

        def close(numbers: tuple[int, ...] = closed) -> None:
            for number in numbers:
                os.close(number)

        done = place.run(fit_words(place, "-o", "law.json"), folder, limits=close)
        if 1 in closed:
            claim(done.code == 1, f"exit code {done.code}")
        else:
            done.worked()
        text = (folder / "law.json").read_text()
        claim(text.startswith("{\n") and text.endswith("}\n"), "law.json is not a law alone")
    return "law files whole"


def stdout_by_name(place: Place) -> str:
    """-o /dev/stdout is -o -, wherever that leads."""

    def humble() -> None:  # a program that renames onto the name of a device does harm as root
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)

    words = fit_words(place, "-o", "/dev/stdout")
    try:
        done = place.run(words, Path("/"), limits=humble)
    except PermissionError:
        raise Skipped("nobody but root may run " + place.isoflop) from None
    plain = place.run(fit_words(place, "-o", "-"), place.new_folder())
    done.worked()
    plain.worked()
    claim(done.out == plain.out, "another text")
    return "the law file alone"


def order_of_writing(place: Place) -> str:
    """On the disk before it gets its name, and the name on the disk before the program ends."""
    folder = place.new_folder()
    journal = folder / "journal"
    environment = {
        **os.environ,
        "LD_PRELOAD": place.host(),
        "FAULTS_JOURNAL": str(journal),
        "PACED_MS": "0",
        "PACED_JOURNAL": str(folder / "runs"),
    }
    commands = {**writers(place)}
    commands["sweep.json"] = [place.paced, "sweep", "--preset", "quick", "-o", "sweep.json"]
    num = 0
    for name, words in commands.items():
        journal.unlink(missing_ok=True)
        place.run(words, folder, env=environment).worked()
        target = str(folder / name)
        lines = journal.read_text().splitlines()
        expected = [f"fsync {target}.part", f"rename {target}", f"fsync {folder}"]
        claim(len(lines) % 3 == 0 and len(lines) > 0, f"{name}: {lines[:6]}")
        for i in range(0, len(lines), 3):
            got = [lines[i], lines[i + 1].replace(" " + name, " " + target), lines[i + 2]]
            claim(got == expected, f"{name}: {got}")
        num += len(lines) // 3
    return f"{num} files"


def two_at_once(place: Place) -> str:
    """Many programs write the same file, of two contents: it is always one of them."""
    folder = place.new_folder()
    laws = ("krajewski2024-e64", "hoffmann2022")
    words = [[place.isoflop, "report", law, "-o", "law.html"] for law in laws]
    whole = []
    for each in words:
        place.run(each, folder).worked()
        whole.append((folder / "law.html").read_bytes())
    num_seen = 0
    for _ in range(3 if place.quick else 20):
        children = [place.begin(words[i % 2], folder) for i in range(8)]
        while any(child.poll() is None for child in children):
            claim((folder / "law.html").read_bytes() in whole, "half a file")
            num_seen += 1
        for child in children:
            claim(child.returncode == 0, f"exit code {child.returncode}")
    claim([p.name for p in folder.iterdir()] == ["law.html"], "left over")
    return f"{num_seen} looks at a file that eight write"


def full_disk_of_sweep(place: Place) -> str:
    """The disk fills during a sweep: the runs measured so far stay, and a larger disk resumes."""
    with place.small_disk(64 * 1024) as disk:
        journal = place.new_folder() / "journal"
        environment = {**os.environ, "PACED_MS": "0", "PACED_JOURNAL": str(journal)}
        words = [place.paced, "sweep", "--preset", "quick", "-o", "cost.json"]
        done: Done = place.run(words, disk, env=environment)
        claim(done.code == 1 and "No space left on device" in done.err, done.err[:300])
        rows = json.loads((disk / "cost.json").read_text())["rows"]
        claim(len(rows) > 0, "no row is left")
        claim([p.name for p in disk.iterdir()] == ["cost.json"], "left over")
        num_over = journal.read_bytes().count(b"\n")
        num_kept = sum(r["pass"] == "both" and r["stage"] == "whole" for r in rows)
        claim(num_over - num_kept == 1, f"{num_over} runs over, {num_kept} kept")
        subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
        place.run([*words, "--resume"], disk, env=environment).worked()
    return f"{num_kept} of {num_over} runs kept, the rest resumed"


def no_memory(place: Place) -> str:
    """Too little address space: one line, no crash."""

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))

    folder = place.new_folder()
    with open(folder / "x.csv", "w") as file:
        file.write("N,D,loss\n" + "1e8,2e9,3.25\n" * 3_000_000)
    done = place.run([place.isoflop, "fit", "x.csv", "--law", "chinchilla"], folder, limits=limits)
    claim(done.code == 1, f"exit code {done.code}: {done.err[:300]}")
    done.refused("memory")
    return done.err.strip()


CASES: list[tuple[str, Callable[[Place], str | None]]] = [
    ("output: a full disk", full_disk),
    ("output: a full disk during a sweep", full_disk_of_sweep),
    ("output: no larger file allowed", small_files),
    ("output: a read-only folder", read_only),
    ("output: a folder in place of the file", folder_in_place),
    ("output: a loop of links", link_loop),
    ("output: a link to a file", followed_link),
    ("output: on the disk before it is named", order_of_writing),
    ("output: several programs at once", two_at_once),
    ("output: standard output is full", full_stdout),
    ("output: a pipe closed early", closed_pipe),
    ("output: files beside a pipe closed early", closed_pipe_keeps_files),
    ("output: no standard streams", closed_descriptors),
    ("output: /dev/stdout", stdout_by_name),
    ("memory: too little", no_memory),
]
