"""Loss of power: a file system that forgets at once what has not reached its disk.

FS_IOC_SHUTDOWN ends a file system without writing out what it holds in memory, its journal
included; mounted anew it recovers as after a loss of power. What a disk holds in a cache of its own
is not lost here: the disk is a file.
"""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kills import Ending, endings_of, endings_of_sweep, work_of_fit
from outputs import OLD, writers
from place import Place, Skipped, claim

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

    def __init__(self, image: Path, at: Path, options: str) -> None:
        self.image, self.at, self.options = image, at, options

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
    disk = Disk(image, at, options)
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


def cut(disk: Disk) -> Ending:
    return Ending("cut", disk.at, kept=os.sync, before=disk.cut_under, after=disk.again)


def cut_fit(place: Place) -> str:
    """A law file and a report: each is the old one or the new one."""
    work, num = work_of_fit(place), 10 if place.quick else 200
    return on_each_disk(place, lambda disk: endings_of(place, work, num, cut(disk)))


def cut_sweep(place: Place) -> str:
    num = 10 if place.quick else 200
    return on_each_disk(place, lambda disk: endings_of_sweep(place, num, cut(disk)))


CASES: list[tuple[str, Callable[[Place], str | None]]] = [
    ("power: lost when a program has ended", after_the_end),
    ("power: lost, and nothing was asked onto the disk", without_fsync),
    ("power: lost during a fit that writes a law and a report", cut_fit),
    ("power: lost during a sweep of the benchmark, resumed", cut_sweep),
]
