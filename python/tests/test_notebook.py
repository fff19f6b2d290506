"""docs/notebook.ipynb runs from start to end, and what is stored in it is what comes out."""

from __future__ import annotations

import base64
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")
pytest.importorskip("pandas")

NOTEBOOK = ROOT / "docs/notebook.ipynb"
LARGEST = 400_000


def small(png: str) -> str:
    """The same picture in 64 colours, a third of the bytes."""
    from PIL import Image

    out = io.BytesIO()
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    image.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def texts_of(notebook: Any) -> list[list[list[str]]]:
    """What each cell prints or shows, its numbers to three digits and rounding errors as 0."""

    def digits(number: re.Match[str]) -> str:
        value = float(number[0])
        return f"{value:.3g}" if value > 1e-9 else "0"

    def words(text: str) -> list[str]:
        return re.sub(r"\d+\.\d+(e[+-]\d+)?", digits, text).split()

    return [
        [
            words(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
            for output in cell.get("outputs", [])
        ]
        for cell in notebook.cells
    ]


@pytest.mark.thorough
@pytest.mark.filterwarnings("default")  # those of Jupyter are its own
def test_notebook_runs(tmp_path: Path) -> None:
    """ISOFLOP_BASELINES=1 stores what comes out: look at it."""
    stored = nbformat.read(NOTEBOOK, as_version=4)
    (tmp_path / "data").symlink_to(ROOT / "data")
    fresh = nbformat.read(NOTEBOOK, as_version=4)
    how = {"timeout": 60, "resources": {"metadata": {"path": str(tmp_path)}}}
    nbclient.NotebookClient(fresh, record_timing=False, **how).execute()
    pictures = 0
    for cell in fresh.cells:
        outputs = cell.get("outputs", [])
        outputs[:] = [each for each in outputs if each.get("name") != "stderr"]  # bars of tqdm
        for output in outputs:
            data = output.get("data", {})
            pictures += "image/png" in data
            if "image/png" in data:
                data["image/png"] = small(data["image/png"])
    assert pictures == sum(".plot" in c.source for c in fresh.cells if c.cell_type == "code") >= 8
    if os.environ.get("ISOFLOP_BASELINES"):
        fresh.metadata["language_info"] = {"name": "python"}
        nbformat.write(fresh, NOTEBOOK)
        stored = fresh
    assert texts_of(fresh) == texts_of(stored)


def test_notebook_is_small_and_says_nothing_of_a_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text) < LARGEST
    assert not re.findall(r"/(?:home|root|tmp|work|Users)/", text)
