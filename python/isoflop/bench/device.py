"""Where a layer runs: what it is, how time passes there, and what it reaches at best.

A GPU is timed by events of its stream, and work is captured as CUDA graphs. The CPU stands in for
it where there is none, by the same way through the program, and nothing of it is called measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..errors import Error
from .shape import datasheet

Work = Callable[[], object]

# In the order and with the shapes of the benchmark in C++ (cuda/device/peaks.cpp).
_GEMMS: tuple[tuple[int, int, int], ...] = (
    (8192, 8192, 8192),
    (4096, 8192, 8192),
    (16384, 8192, 4096),
    (8192, 8192, 4096),
    (16384, 4096, 2048),
)
_SMALL_GEMMS: tuple[tuple[int, int, int], ...] = ((64, 64, 64),)
_GRAPH_WARMUPS = 3


class Device(Protocol):
    """A device that layers are timed on."""

    name: str  # of torch
    source: str  # of the table: "measured", or "rehearsal"
    gemms: tuple[tuple[int, int, int], ...]  # (m, n, k) of the search for the best dense product
    copy_bytes: int  # of a copy that no cache holds
    l2_bytes: int

    def environment(self) -> dict[str, Any]:
        """What the table says of the device and its software."""

    def datasheet(self) -> Mapping[str, Any]:
        """The specified peaks, where they are known."""

    def state(self) -> dict[str, float | None]:
        """Clocks, power and temperature now."""

    def mark(self) -> Any:
        """A place in the queue of work."""

    def seconds(self, begin: Any, end: Any) -> float:
        """Between two marks; waits for the second."""

    def has_passed(self, mark: Any) -> bool:
        """Whether the device waits for the host there."""

    def wait(self) -> None:
        """For everything that is queued."""

    def capture(self, work: list[Work]) -> list[Work] | None:
        """Graphs that do these one after the other; None where they cannot be captured."""


class Cpu:
    """A CPU, to try everything out."""

    name = "cpu"
    source = "rehearsal"
    gemms = _SMALL_GEMMS
    copy_bytes = 1 << 20
    l2_bytes = 0

    def environment(self) -> dict[str, Any]:
        import platform

        return {
            "gpu_name": "",
            "gpu_uuid": "",
            "num_sms": 0,
            "memory_bytes": 0,
            "l2_bytes": 0,
            "compute_capability": "",
            "driver": f"CPU ({platform.machine()})",
            "cuda": "",
            "cublas": "",
        }

    def datasheet(self) -> Mapping[str, Any]:
        return {}

    def state(self) -> dict[str, float | None]:
        return dict.fromkeys(("sm_clock_mhz", "memory_clock_mhz", "power_w", "temperature_c"))

    def mark(self) -> float:
        return time.perf_counter()

    def seconds(self, begin: float, end: float) -> float:
        return end - begin

    def has_passed(self, mark: float) -> bool:
        return False  # work is done when it is queued

    def wait(self) -> None:
        pass

    def capture(self, work: list[Work]) -> list[Work] | None:
        return None


class Cuda:
    """The current GPU of PyTorch."""

    name = "cuda"
    source = "measured"
    gemms = _GEMMS

    def __init__(self) -> None:
        import torch

        try:
            import pynvml
        except ImportError:
            raise Error(
                "measuring on a GPU needs nvidia-ml-py, which tells the driver and the clocks: "
                'pip install "isoflop[bench]"'
            ) from None
        if torch.version.hip is not None:
            raise Error("measuring needs a GPU of NVIDIA; this PyTorch is built for ROCm")
        self._torch, self._nvml = torch, pynvml
        self._facts = torch.cuda.get_device_properties(torch.cuda.current_device())
        pynvml.nvmlInit()
        self._uuid = f"GPU-{self._facts.uuid}"
        self._handle = pynvml.nvmlDeviceGetHandleByUUID(self._uuid)
        self.l2_bytes = int(self._facts.L2_cache_size)
        self.copy_bytes = max(5 * self.l2_bytes, 512 << 20)

    def environment(self) -> dict[str, Any]:
        facts = self._facts
        return {
            "gpu_name": facts.name,
            "gpu_uuid": self._uuid,
            "num_sms": facts.multi_processor_count,
            "memory_bytes": facts.total_memory,
            "l2_bytes": self.l2_bytes,
            "compute_capability": f"{facts.major}.{facts.minor}",
            "driver": str(self._nvml.nvmlSystemGetDriverVersion()),
            "cuda": str(self._torch.version.cuda),
            "cublas": "",
        }

    def datasheet(self) -> Mapping[str, Any]:
        return datasheet(self._facts.name)

    def state(self) -> dict[str, float | None]:
        nvml, card = self._nvml, self._handle

        def read(value: Callable[[], float]) -> float | None:
            try:
                return float(value())
            except nvml.NVMLError:  # a card that does not tell
                return None

        return {
            "sm_clock_mhz": read(lambda: nvml.nvmlDeviceGetClockInfo(card, nvml.NVML_CLOCK_SM)),
            "memory_clock_mhz": read(
                lambda: nvml.nvmlDeviceGetClockInfo(card, nvml.NVML_CLOCK_MEM)
            ),
            "power_w": read(lambda: nvml.nvmlDeviceGetPowerUsage(card) / 1000),
            "temperature_c": read(
                lambda: nvml.nvmlDeviceGetTemperature(card, nvml.NVML_TEMPERATURE_GPU)
            ),
        }

    def mark(self) -> Any:
        event = self._torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def seconds(self, begin: Any, end: Any) -> float:
        end.synchronize()
        return float(begin.elapsed_time(end)) * 1e-3

    def has_passed(self, mark: Any) -> bool:
        return bool(mark.query())

    def wait(self) -> None:
        self._torch.cuda.synchronize()

    def capture(self, work: list[Work]) -> list[Work] | None:
        cuda = self._torch.cuda
        stream = cuda.Stream()
        stream.wait_stream(cuda.current_stream())
        with cuda.stream(stream):
            for _ in range(_GRAPH_WARMUPS):
                for each in work:
                    each()
        cuda.current_stream().wait_stream(stream)
        cuda.synchronize()
        pool = cuda.graph_pool_handle()
        graphs = []
        try:
            for each in work:
                graph = cuda.CUDAGraph()
                with cuda.graph(graph, pool=pool):
                    each()
                graphs.append(graph)
        except cuda.OutOfMemoryError:
            raise
        except RuntimeError:  # a step that asks the device for a number cannot be captured
            cuda.synchronize()
            return None
        return [graph.replay for graph in graphs]


def open_device(name: str | None) -> Device:
    """The GPU of PyTorch; the CPU where it is asked for, or where there is no GPU."""
    import torch

    has_gpu = torch.cuda.is_available()
    if name in (None, "cuda") and has_gpu:
        return Cuda()
    if name == "cuda":
        raise Error('device="cuda": PyTorch sees no GPU')
    if name in (None, "cpu"):
        return Cpu()
    from ..errors import InvalidArgument

    raise InvalidArgument(f'device=: "{name}" is none of cuda, cpu', "device")
