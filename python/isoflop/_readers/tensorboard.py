"""Event files of TensorBoard: scalars, written as such or as tensors, and what HParams says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._run import FileReader, Found, History, Run, needs

_ALONG_OTHER_STEPS = " vs samples"  # as Megatron-LM writes each metric a second time
_ENDED = {1: "finished", 2: "failed", 3: "running"}  # hparams Status: success, failure, running


def _sees(path: Path, head: bytes) -> bool:
    """The first record of an event file says its version."""
    return b"brain.Event:" in head[:64]


def _events(path: Path) -> Iterator[Any]:
    """Old and new forms as one; what a crash cut off at the end is not there."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    yield from EventFileLoader(str(path)).Load()


class _Folder:
    """The event files of one folder, in the order in which they were begun."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.history = History()
        self.facts: dict[str, Any] = {}
        self.state: str | None = None

    def read(self, file: Path) -> bool:
        """Returns whether the file holds anything of use."""
        from tensorboard.plugins.hparams import metadata
        from tensorboard.util import tensor_util

        used = False
        for event in _events(file):
            for value in event.summary.value:
                content = value.metadata.plugin_data.content
                if value.tag == metadata.SESSION_START_INFO_TAG:
                    said = metadata.parse_session_start_info_plugin_data(content)
                    self.facts.update({k: _plain(v) for k, v in said.hparams.items()})
                    used = True
                elif value.tag == metadata.SESSION_END_INFO_TAG:
                    ended = metadata.parse_session_end_info_plugin_data(content)
                    self.state = _ENDED.get(ended.status)
                elif value.HasField("tensor") and not value.tag.endswith(_ALONG_OTHER_STEPS):
                    numbers = tensor_util.make_ndarray(value.tensor)
                    if numbers.size == 1 and numbers.dtype.kind in "fiu":
                        self.history.add(event.step, {value.tag: float(numbers.item())})
                        used = True
        return used

    def take(self, other: _Folder) -> None:
        """What the HParams of torch.utils.tensorboard writes beside its run, in a folder below."""
        self.facts.update(other.facts)
        self.state = other.state or self.state
        for name, (steps, values) in other.history.series.items():
            if name not in self.history.series:
                self.history.series[name] = (steps, values)


def _plain(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    return None if kind in (None, "null_value") else getattr(value, kind)


def _read(found: Found) -> list[Run]:
    """One run per folder of event files."""
    try:
        import tensorboard  # noqa: F401
    except ImportError:
        raise needs("tensorboard", "tensorboard", "event files") from None
    folders: dict[Path, _Folder] = {}
    for file in found.files:
        folder = folders.setdefault(file.parent, _Folder(file.parent))
        if not folder.read(file):
            found.log.left_out.append((str(file), "holds no scalars"))
    for path in sorted(folders, reverse=True):
        above = folders.get(path.parent)
        if above is not None and folders[path].facts:
            above.take(folders.pop(path))
    return [
        Run(
            name=found.name(path),
            path=str(path),
            state=folder.state,
            facts=folder.facts,
            history=folder.history,
        )
        for path, folder in sorted(folders.items())
        if folder.history.series
    ]


READER = FileReader("tensorboard", "event files of TensorBoard", _sees, _read)
