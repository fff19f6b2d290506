"""What a process sees: imports, Ctrl-C, the program on the PATH."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import isoflop
from conftest import ROOT

LONG_FIT = """
import sys, time, isoflop
print("begin", flush=True)
try:
    isoflop.fit({grid!r}, law="fine-grained-moe", loss="loss_simulated", bootstrap=1000000)
except KeyboardInterrupt:
    print("interrupted", time.time(), flush=True)
    again = isoflop.plan("krajewski2024-e64", flops=1e21)
    print("works on" if again.usable else "broken", flush=True)
"""


def test_ctrl_c_ends_a_fit_at_once() -> None:
    grid = "data/published/krajewski2024_grid_simulated.csv"
    times = []
    for _ in range(3):  # other processes stretch some of them
        with subprocess.Popen(
            [sys.executable, "-c", LONG_FIT.format(grid=grid)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begin\n"
            time.sleep(1.0)
            sent = time.time()
            process.send_signal(signal.SIGINT)
            word, at = process.stdout.readline().split()
            assert word == "interrupted"
            times.append(float(at) - sent)
            assert process.stdout.readline() == "works on\n"
    assert min(times) < 0.2


def test_import_is_quick_and_loads_neither_numpy_nor_frames() -> None:
    code = (
        # Of the processor's time, which other processes do not stretch.
        "import sys, time; begin = time.process_time(); import isoflop; "
        "print(time.process_time() - begin, 'numpy' in sys.modules, 'narwhals' in sys.modules)"
    )
    times = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        took, numpy, narwhals = done.stdout.split()
        times.append(float(took))
        assert (numpy, narwhals) == ("False", "False")
    assert min(times) < 0.15


def test_program_comes_along() -> None:
    path = Path(sys.executable).with_name("isoflop")
    if not path.exists():
        pytest.skip("the package is not installed here: no program isoflop beside Python")
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    assert isoflop.__version__ in done.stdout
    bad = subprocess.run([path, "plan", "--nonsense"], capture_output=True, text=True)
    assert bad.returncode == 2
    assert bad.stderr.startswith("isoflop: there is no option --nonsense")
    module = [sys.executable, "-m", "isoflop", "plan", "krajewski2024-e64", "--flops", "1e21"]
    done = subprocess.run(module, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip("\n") == str(isoflop.plan("krajewski2024-e64", flops=1e21))


def test_calls_from_threads_give_the_same() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def work(flops: float) -> isoflop.Plan:
        return isoflop.plan("krajewski2024-e64", flops=flops)

    budgets = [1e20, 1e21, 1e22, 1e23]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(work, budgets))
    assert together == [work(flops) for flops in budgets]


@pytest.mark.parametrize("processor", ["core2duo", "Haswell"])
def test_portable_module_runs_on_older_processors(processor: str) -> None:
    """Without AVX, and with AVX2 but not AVX-512, in an emulator."""
    emulator = shutil.which("qemu-x86_64")
    if emulator is None or "ISOFLOP_PORTABLE" not in os.environ:
        pytest.skip("needs qemu-x86_64 and, in ISOFLOP_PORTABLE, a wheel for every machine")
    words = ["fit", str(ROOT / "data/published/krajewski2024_grid_simulated.csv")]
    words += "--law chinchilla --column loss=loss_simulated --where G=1 --bootstrap 0".split()
    words += "--starts 10 --threads 1 --json".split()
    arguments = [b"isoflop", *map(os.fsencode, words)]
    code = f"import sys; from isoflop import _core; sys.exit(_core.main({arguments!r}))"
    command = [emulator, "-cpu", processor, sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    here = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    alpha, alpha_here = (
        json.loads(text)["coefficients"]["alpha"] for text in (done.stdout, here.stdout)
    )
    assert alpha == pytest.approx(alpha_here, rel=1e-9)
