"""A folder to break things in, and programs run there with their time and memory measured."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GRID = ROOT / "data/published/krajewski2024_grid_simulated.csv"


class Failed(Exception):
    """A claim does not hold."""


class Skipped(Exception):
    """This machine lacks something; the text says what."""


def claim(holds: bool, text: str) -> None:
    if not holds:
        raise Failed(text)


@dataclass
class Done:
    """What a program left."""

    code: int  # minus the signal that ended it
    out: bytes
    err: str
    cpu_s: float
    peak_mb: float

    def refused(self, *parts: str, code: int = 1) -> None:
        """One line on stderr that holds these parts, and nothing else."""
        claim(self.code == code, f"exit code {self.code}, expected {code}: {self.err[:300]}")
        lines = self.err.splitlines()
        claim(len(lines) == 1, f"{len(lines)} lines on stderr: {self.err[:500]}")
        claim(len(lines[0].encode()) < 1500, f"a line of {len(lines[0])} bytes: {lines[0][:200]}")
        claim(not self.out, f"stdout: {self.out[:200]!r}")
        for part in parts:
            claim(part in lines[0], f"{part!r} is not in: {lines[0]}")

    def worked(self) -> None:
        claim(self.code == 0, f"exit code {self.code}: {self.err[:500]}")

    def within(self, cpu_s: float, peak_mb: float) -> None:
        claim(self.cpu_s <= cpu_s, f"{self.cpu_s:.1f} s of processor time, allowed are {cpu_s}")
        claim(self.peak_mb <= peak_mb, f"{self.peak_mb:.0f} MB, allowed are {peak_mb}")


class Place:
    """Programs of a build, and a folder that is gone at the end."""

    def __init__(self, build: Path, quick: bool, python: str) -> None:
        self.isoflop = str(build / "apps/isoflop")
        self.bench = str(build / "apps/isoflop-bench")
        self.paced = str(build / "tests/faults/isoflop_paced_bench")
        self.quick, self.python = quick, python
        self.plain: dict[str, Done] = {}  # surroundings.printed_plainly
        self._stack = contextlib.ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="faults")))
        self._host: Path | None = None
        self._num_folders = 0

    def close(self) -> None:
        self._stack.close()

    def new_folder(self) -> Path:
        self._num_folders += 1
        out = self.folder / str(self._num_folders)
        out.mkdir()
        return out

    def host(self) -> str:
        """The library of host.c. Skips where there is no C compiler."""
        if self._host is None:
            compiler = next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), None)
            if compiler is None:
                raise Skipped("no C compiler here")
            source, target = ROOT / "tests/faults/host.c", self.folder / "host.so"
            words = [compiler, "-O1", "-shared", "-fPIC", "-o", str(target), str(source), "-ldl"]
            subprocess.run(words, check=True)
            self._host = target
        return str(self._host)

    def begin(self, words: list[str], folder: Path, **how: Any) -> subprocess.Popen[bytes]:
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.DEVNULL)
        how.setdefault("stderr", subprocess.DEVNULL)
        return subprocess.Popen(words, cwd=folder, **how)

    def run(
        self,
        words: list[str],
        folder: Path,
        limits: Callable[[], None] | None = None,
        feed: Iterator[bytes] | None = None,
        timeout_s: float = 240.0,
        **how: Any,
    ) -> Done:
        """`limits` is called in the child; `feed` is what standard input gives."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            how.setdefault("stdout", out)
            how.setdefault("stderr", err)
            if feed is not None:
                how["stdin"] = subprocess.PIPE
            child = self.begin(words, folder, preexec_fn=limits, **how)
            end = time.monotonic() + timeout_s
            if feed is not None:
                with contextlib.suppress(BrokenPipeError):
                    for piece in feed:
                        child.stdin.write(piece)
                with contextlib.suppress(BrokenPipeError):
                    child.stdin.close()
            while True:
                pid, status, used = os.wait4(child.pid, os.WNOHANG)
                if pid:
                    break
                if time.monotonic() > end:
                    child.kill()
                    os.wait4(child.pid, 0)
                    child.returncode = -signal.SIGKILL
                    raise Failed(f"no end after {timeout_s:.0f} s: {' '.join(words)[:200]}")
                time.sleep(0.002)
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            return Done(
                child.returncode,
                out.read(),
                err.read().decode("utf-8", "replace"),
                used.ru_utime + used.ru_stime,
                used.ru_maxrss / 1024.0,
            )

    @contextlib.contextmanager
    def small_disk(self, bytes_: int) -> Iterator[Path]:
        """A file system of its own. Skips where nobody may mount one."""
        at = self.new_folder()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={bytes_}", "tmpfs", str(at)],
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            raise Skipped("no file system may be mounted here")
        try:
            yield at
        finally:
            subprocess.run(["umount", "-l", str(at)], check=False)


def no_larger_files_than(num_bytes: int) -> Callable[[], None]:
    """What a full disk is where none can be mounted: writing beyond fails and ends nothing."""

    def limits() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, num_bytes))

    return limits


def fit_words(place: Place, *more: str) -> list[str]:
    words = ["fit", str(GRID), "--law", "fine-grained-moe", "--column", "loss=loss_simulated"]
    return [place.isoflop, *words, "--bootstrap", "50", *more]
