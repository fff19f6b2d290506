"""Seconds of a piece of work on a device that is kept busy, and the best rates that it reaches.

The protocol is that of the benchmark in C++ (cuda/timing/sample_timer.hpp): one unbroken queue from
the warming up to the last sample, a sample a batch of at least 2 ms between two marks, the host
some batches ahead of the device.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from .device import Device
from .sampling import Soak, StopRule, summarize

_SAMPLE_S, _AHEAD_S, _LONGEST_BATCH = 2e-3, 10e-3, 4096

Repetition = Callable[[int], object]  # repetitions are numbered through


class Timed(NamedTuple):
    """Samples of seconds of one repetition.

    Attributes
    ----------
    launches_hidden : bool
        The device did not wait for the host in nine samples of ten.
    state : dict
        Clocks, power and temperature under load.
    """

    samples_s: list[float]
    launches_hidden: bool
    state: dict[str, float | None]


def find_batch(device: Device, work: Repetition) -> tuple[int, float]:
    """Repetitions that take long enough to be timed, and how long they took."""
    work(0)
    batch = 1
    while True:
        device.wait()
        begin = device.mark()
        for i in range(batch):
            work(i)
        seconds = device.seconds(begin, device.mark())
        if seconds >= _SAMPLE_S or batch >= _LONGEST_BATCH:
            return batch, seconds
        wanted = math.ceil(1.1 * batch * _SAMPLE_S / max(seconds, 1e-6))
        batch = min(max(wanted, batch + 1), 8 * batch, _LONGEST_BATCH)


def time_work(device: Device, work: Repetition, stop: StopRule, soak_s: float) -> Timed:
    """Samples until `stop` has enough; soak_s: of busy time before the first one."""
    batch, batch_s = find_batch(device, work)
    ahead = int(min(max(math.ceil(_AHEAD_S / max(batch_s, 1e-6)), 2), 32))
    soak = Soak(soak_s)
    samples_s: list[float] = []
    num_uncovered = repetition = 0
    since_s = time.perf_counter()
    queued: deque[tuple[Any, Any, bool]] = deque()  # marks around a batch; the device waited
    last = device.mark()
    while True:
        if len(queued) == ahead:
            begin, end, uncovered = queued.popleft()
            seconds = device.seconds(begin, end)
            if soak.settled:
                samples_s.append(max(1.0, round(seconds / batch * 1e10)) / 1e10)
                num_uncovered += uncovered
                if stop(samples_s, time.perf_counter() - since_s):
                    break
            else:
                soak.add(seconds, batch)
                since_s = time.perf_counter()
        for _ in range(batch):
            work(repetition)
            repetition += 1
        uncovered = device.has_passed(last)
        mark = device.mark()
        queued.append((last, mark, uncovered))
        last = mark
    state = device.state()  # the last batches are still running
    device.wait()
    return Timed(samples_s, 10 * num_uncovered <= len(samples_s), state)


def host_s(device: Device, work: Repetition) -> float:
    """Median seconds of the host in queueing one repetition to an idle device."""
    seconds = []
    for i in range(5):
        device.wait()
        begin = time.perf_counter()
        work(i)
        seconds.append(time.perf_counter() - begin)
    device.wait()
    return sorted(seconds)[2]


class Gemm:
    """A dense product in bf16 for which a rate is known, (m, n, k)."""

    def __init__(self, device: Device, mnk: tuple[int, int, int]) -> None:
        import torch

        m, n, k = mnk
        generator = torch.Generator(device.name).manual_seed(1)

        def normal(rows: int, columns: int) -> Any:
            values = torch.randn(rows, columns, device=device.name, generator=generator)
            return values.to(torch.bfloat16)

        self._a, self._b = normal(m, k), 0.02 * normal(n, k)
        self._c = torch.empty(m, n, device=device.name, dtype=torch.bfloat16)
        self._device, self.mnk = device, mnk
        self.flops = 2.0 * m * n * k

    def seconds(self, max_seconds: float) -> float:
        import torch

        def work(_: int) -> object:
            return torch.mm(self._a, self._b.T, out=self._c)

        timed = time_work(self._device, work, StopRule(30, max_seconds), soak_s=0.0)
        return summarize(timed.samples_s).time_s


def measure_peaks(device: Device, max_seconds: float) -> dict[str, Any]:
    """The peaks of a table: datasheet, best dense product, copy and gather of rows."""
    import torch

    out: dict[str, Any] = {
        "spec_flops_per_s": None,
        "spec_bytes_per_s": None,
        "spec_of": "",
        "gemm_flops_per_s": 0.0,
        "gemm_mnk": [0, 0, 0],
        **device.datasheet(),
    }
    for mnk in device.gemms:
        gemm = Gemm(device, mnk)
        rate = gemm.flops / gemm.seconds(max_seconds)
        if rate > out["gemm_flops_per_s"]:
            out["gemm_flops_per_s"], out["gemm_mnk"] = rate, list(mnk)
        del gemm
    width = 2048
    rows = device.copy_bytes // (2 * width)
    source = torch.randn(rows, width, device=device.name).to(torch.bfloat16)
    target = torch.empty_like(source)
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(1)).to(device.name)
    moves: dict[str, Repetition] = {
        "copy_bytes_per_s": lambda _: target.copy_(source),
        "gather_bytes_per_s": lambda _: torch.index_select(source, 0, order, out=target),
    }
    for key, work in moves.items():
        timed = time_work(device, work, StopRule(30, max_seconds), soak_s=0.0)
        out[key] = 4.0 * rows * width / summarize(timed.samples_s).time_s
    return out
