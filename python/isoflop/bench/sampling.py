"""What is made of the seconds that one thing took again and again, and when there are enough.

The definitions are those of the benchmark in C++ (cuda/timing): median, 10 % and 90 % quantiles
(type 7 of Hyndman and Fan 1996), and the 95 % percentile interval of the median over resamples with
replacement (Efron 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_RESAMPLES = 1000


class Summary(NamedTuple):
    """Of samples of seconds: median, quantiles, and the 95 % interval of the median."""

    time_s: float
    p10_s: float
    p90_s: float
    low_s: float
    high_s: float


def summarize(samples_s: Sequence[float], seed: int = 1) -> Summary:
    """The same for the same samples and seed.

    Raises
    ------
    ValueError
        Without samples, or for one that is not finite and above 0.
    """
    import numpy

    samples = numpy.asarray(samples_s, dtype=float)
    if samples.size == 0 or not (numpy.isfinite(samples).all() and (samples > 0).all()):
        raise ValueError("samples of time are finite and above 0, and there is at least one")
    drawn = numpy.random.default_rng(seed).choice(samples, (_RESAMPLES, samples.size))
    low, high = numpy.quantile(numpy.median(drawn, axis=1), [0.025, 0.975])
    p10, median, p90 = numpy.quantile(samples, [0.1, 0.5, 0.9])
    return Summary(float(median), float(p10), float(p90), float(low), float(high))


class StopRule:
    """Whether there are enough samples: half the interval below 1 % of the median, or time is up.

    It is asked at growing numbers of samples, for a summary keeps the host from queueing.
    """

    def __init__(self, min_samples: int, max_seconds: float, half_width: float = 0.01) -> None:
        self._least = self._next = max(min_samples, 1)
        self._max_seconds = max_seconds
        self._half_width = half_width

    def __call__(self, samples_s: Sequence[float], elapsed_s: float) -> bool:
        count = len(samples_s)
        if count < self._least or (count < self._next and elapsed_s < self._max_seconds):
            return False
        self._next = count + count // 2 + 1
        summary = summarize(samples_s)
        steady = (summary.high_s - summary.low_s) / 2 < self._half_width * summary.time_s
        return steady or elapsed_s >= self._max_seconds


class Soak:
    """Whether a card that is kept busy has settled.

    It worked for long enough, and the mean times in two windows of 0.1 s one after the other differ
    by no more than half a percent; or three times as long.
    """

    _WINDOW_S, _STEADY, _LONGEST = 0.1, 0.005, 3.0

    def __init__(self, least_s: float) -> None:
        self._least_s = least_s
        self._total_s = self._window_s = self._last_mean_s = 0.0
        self._repetitions = 0
        self.settled = not least_s > 0

    def add(self, seconds: float, repetitions: int) -> None:
        if self.settled:
            return
        self._total_s += seconds
        self._window_s += seconds
        self._repetitions += repetitions
        if self._window_s < self._WINDOW_S:
            return
        mean_s = self._window_s / self._repetitions
        steady = abs(mean_s - self._last_mean_s) <= self._STEADY * mean_s
        worked = self._total_s >= self._least_s
        self.settled = worked and (steady or self._total_s >= self._LONGEST * self._least_s)
        self._last_mean_s, self._window_s, self._repetitions = mean_s, 0.0, 0
