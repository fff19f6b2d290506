"""Loss of power: a file system that forgets at once what has not reached its disk.

FS_IOC_SHUTDOWN ends a file system without writing out what it holds in memory, its journal
included; mounted anew it recovers as after a loss of power. What a disk holds in a cache of its own
is not lost here: the disk is a file.
"""

import contextlib
import fcntl
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kills import SEED, kill_once, rows_of, runs_in
from outputs import OLD, writers
from place import Place, Skipped, claim, fit_words

# By name: what makes one, in a file of how many MB, and with what it is mounted.
KINDS = {
    "ext4": ("mkfs.ext4 -q -F", 24, "loop,data=ordered"),
    "ext4 that writes back": (
        "mkfs.ext4 -q -F",
        24,
        "loop,data=writeback,noauto_da_alloc",
    ),
    "xfs": ("mkfs.xfs -q -f", 320, "loop"),
}
SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN of linux/fs.h, _IOR('X', 125, __u32)
KEEP_NOTHING = struct.pack("I", 2)  # FS_SHUTDOWN_FLAGS_NOLOGFLUSH


class Disk:
    """A file system whose power can be cut."""

    def __init__(self, kind: str, image: Path, at: Path, options: str) -> None:
        self.kind, self.image, self.at, self.options = kind, image, at, options

    def mount(self) -> bool:
        words = ["mount", "-o", self.options, str(self.image), str(self.at)]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def unmount(self) -> None:
        for _ in range(200):  # what was killed may hold it a moment longer
            if subprocess.run(["umount", str(self.at)], capture_output=True).returncode == 0:
                return
            time.sleep(0.01)
        subprocess.run(["umount", "-l", str(self.at)], check=False)

    def cut(self) -> None:
        folder = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, KEEP_NOTHING)
        finally:
            os.close(folder)

    def cut_under(self, child: subprocess.Popen[bytes]) -> None:
        """With a program that does nothing more after the cut."""
        if child.poll() is None:
            child.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        self.cut()

    def again(self) -> None:
        self.unmount()
        claim(self.mount(), "the file system does not mount after the cut")


@contextlib.contextmanager
def disk_of(place: Place, kind: str) -> Iterator[Disk]:
    maker, num_mb, options = KINDS[kind]
    program, *words = maker.split()
    if os.geteuid() != 0:
        raise Skipped("only root may mount a file system")
    if shutil.which(program) is None:
        raise Skipped(f"no {program} here")
    folder = place.new_folder()
    image, at = folder / "image", folder / "at"
    at.mkdir()
    with open(image, "wb") as file:
        file.truncate(num_mb << 20)
    made = subprocess.run([program, *words, str(image)], check=False, capture_output=True)
    disk = Disk(kind, image, at, options)
    if made.returncode != 0 or not disk.mount():
        raise Skipped(f"no {kind} may be mounted here")
    try:
        try:
            disk.cut()
        except OSError as reason:
            raise Skipped(f"{kind} does not shut down here: {reason}") from None
        disk.again()
        yield disk
    finally:
        disk.unmount()
        image.unlink()


def on_each_disk(place: Place, case: Callable[[Disk], str]) -> str:
    """What the case says of each kind of file system that can be had here."""
    said, missing = [], []
    for kind in list(KINDS)[: 1 if place.quick else None]:
        try:
            with disk_of(place, kind) as disk:
                said.append(f"{kind}: {case(disk)}")
        except Skipped as reason:
            missing.append(str(reason))
    if not said:
        raise Skipped("; ".join(missing))
    return "; ".join(said + missing)


def undated(content: bytes) -> bytes:
    """A cost table says when it was made."""
    return re.sub(rb'"date": "[^"]*"', b"", content)


def after_the_end(place: Place) -> str:
    """What a program has written when it ends outlives a cut at that moment."""

    def case(disk: Disk) -> str:
        commands = writers(place)
        for name, words in commands.items():
            plain = place.new_folder()
            place.run(words, plain).worked()
            (disk.at / name).write_bytes(OLD)
            os.sync()
            place.run(words, disk.at).worked()
            disk.cut()
            disk.again()
            claim((disk.at / name).exists(), f"{name}: lost, the older one as well")
            held = (disk.at / name).read_bytes()
            expected = (plain / name).read_bytes()
            claim(undated(held) == undated(expected), f"{name}: {len(held)} other bytes")
            (disk.at / name).unlink()
            claim(not list(disk.at.glob("*.part")), f"{name}: left over")
        return f"{len(commands)} files whole"

    return on_each_disk(place, case)


def without_fsync(place: Place) -> str:
    """That cuts lose something at all: what is not asked onto the disk is gone."""

    def case(disk: Disk) -> str:
        environment = {**os.environ, "LD_PRELOAD": place.host(), "FAULTS_NO_FSYNC": "1"}
        path, words = disk.at / "f.svg", writers(place)["f.svg"]
        path.write_bytes(OLD)
        os.sync()
        place.run(words, disk.at, env=environment).worked()
        claim(path.read_bytes() != OLD, "the file was not written")
        disk.cut()
        disk.again()
        held = path.read_bytes()
        claim(held == OLD or held.strip(b"\0") == b"", "it outlived the cut without fsync")
        return f"{'the older file' if held == OLD else f'{len(held)} NUL bytes'} left"

    return on_each_disk(place, case)


def cut_fit(place: Place) -> str:
    """A law file and a report that replace older ones: each is the old one or the new one."""
    names = ("law.json", "law.html")

    def words(seed: int) -> list[str]:
        return fit_words(place, "--seed", str(seed), "-o", names[0], "--report", names[1])

    whole: dict[int, list[bytes]] = {}
    takes_s = 0.0
    for seed in (2, 1):
        folder = place.new_folder()
        begin = time.monotonic()
        place.run(words(seed), folder).worked()
        takes_s = time.monotonic() - begin
        whole[seed] = [(folder / name).read_bytes() for name in names]

    def case(disk: Disk) -> str:
        moments = random.Random(SEED)
        num, num_at_work, num_new = 10 if place.quick else 200, 0, 0
        for i in range(num):
            for name, old in zip(names, whole[2], strict=True):
                (disk.at / name).write_bytes(old)
            os.sync()
            # Half of the moments are any, half come while the files are written.
            delay_s = None if i % 2 == 1 else moments.uniform(0.0, 1.05 * takes_s)
            more_s = moments.uniform(0.0, 4e-3)
            num_at_work += kill_once(
                place, words(1), disk.at, delay_s, more_s, names, first=disk.cut_under
            )
            disk.again()
            for name, old, new in zip(names, whole[2], whole[1], strict=True):
                claim((disk.at / name).exists(), f"cut {i}: {name} is lost")
                held = (disk.at / name).read_bytes()
                claim(
                    held in (old, new),
                    f"cut {i}: {name} is neither the old nor the new file",
                )
                num_new += held == new
        place.run(words(1), disk.at).worked()
        left = sorted(p.name for p in disk.at.iterdir() if p.name != "lost+found")
        claim(left == sorted(names), f"left over: {left}")
        return f"{num} cuts, {num_at_work} at work, {num_new} of {2 * num} files new, half 0"

    return on_each_disk(place, case)


def cut_sweep(place: Place) -> str:
    """A run that was over is in the table after the cut, but at most the last."""

    def case(disk: Disk) -> str:
        moments = random.Random(SEED)
        journal = place.new_folder() / "journal"
        table = disk.at / "cost.json"
        words = [place.paced, *"sweep --preset quick -o cost.json --resume".split()]
        how = {"env": {**os.environ, "PACED_MS": "2", "PACED_JOURNAL": str(journal)}}
        begin = time.monotonic()
        place.run(words, disk.at, **how).worked()
        takes_s = time.monotonic() - begin
        complete = rows_of(table)
        table.unlink()
        os.sync()
        num, num_lost, num_most, num_kept = 10 if place.quick else 200, 0, 0, 0
        for i in range(num):
            journal.write_bytes(b"")
            before = runs_in(rows_of(table))
            delay_s = moments.uniform(0.0, 1.05 * takes_s)
            kill_once(place, words, disk.at, delay_s, 0.0, (), first=disk.cut_under, **how)
            disk.again()
            rows = rows_of(table)
            claim(
                complete[: len(rows)] == rows,
                f"cut {i}: the rows are not those of a sweep",
            )
            lost = before + journal.read_bytes().count(b"\n") - runs_in(rows)
            claim(
                0 <= lost <= 1,
                f"{disk.kind}, cut {i}: {lost} runs that were over are not in the table",
            )
            num_lost, num_most = num_lost + lost, max(num_most, lost)
            num_kept += runs_in(rows) - before
            if len(rows) == len(complete):
                table.unlink()
                os.sync()
        place.run(words, disk.at, **how).worked()
        claim(rows_of(table) == complete, "the resumed sweep is not the whole one")
        return f"{num} cuts, {num_kept} runs kept, at most {num_most} lost at a cut"

    return on_each_disk(place, case)


CASES: list[tuple[str, Callable[[Place], str | None]]] = [
    ("power: lost when a program has ended", after_the_end),
    ("power: lost, and nothing was asked onto the disk", without_fsync),
    ("power: lost during a fit that writes a law and a report", cut_fit),
    ("power: lost during a sweep of the benchmark, resumed", cut_sweep),
]
