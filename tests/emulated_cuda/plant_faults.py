#!/usr/bin/env python3
"""Plants mistakes in the grouped products of cuda/wgmma and says which of them the emulation sees.

plant_faults.py --build FILE [--all] [FAULT ...]: copies the sources, replaces one text, which must
be there exactly once, compiles and runs the tests [planted]; these must fail, and not by taking too
long. Without --all a few faults; FAULT is a part of a name of one. FILE is written by CMake. A line
per fault. Exit code 0: all were seen; 1: one was not, or nothing was run; 2: bad command line.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300


@dataclass
class Fault:
    name: str
    file: str  # in cuda/wgmma
    old: str
    new: str
    source: str  # that is compiled with it
    quick: bool = False


ROWS, BACK, WEIGHTS = "row_products_forward.cu", "row_products_backward.cu", "weight_products.cu"
MEET = "      meet_threads<kGroupThreads>(kGroupBarrier + group);\n"
FAULTS = [
    # The ring of stages.
    Fault(
        "an empty stage counts the warps of one block", "pipeline.cuh",
        "static_cast<std::uint32_t>(kMultiplyingWarps * blocks)",
        "static_cast<std::uint32_t>(kMultiplyingWarps)", WEIGHTS,
    ),
    Fault(
        "a stage is released in one block", "pipeline.cuh",
        "if (lane < blocks) arrive_at(", "if (lane < 1) arrive_at(", WEIGHTS,
    ),
    Fault(
        "a box for all blocks is sent to one", "pipeline.cuh",
        "static_cast<std::uint16_t>((1 << blocks) - 1)", "std::uint16_t{1}", WEIGHTS,
    ),
    Fault(
        "copies are signalled a stage early", "pipeline.cuh",
        "wait_for_copies<kLag>();", "wait_for_copies<kLag + 1>();", WEIGHTS, quick=True,
    ),
    Fault(
        "copies are not published", "pipeline.cuh",
        "    publish_to_async_units();\n    arrive(full", "    arrive(full", WEIGHTS,
    ),
    Fault(
        "the last copies are not signalled", "pipeline.cuh",
        "    while (unsaid > 0) say(--unsaid);\n", "", WEIGHTS,
    ),
    # Products by row.
    Fault(
        "a stage is released before its products are done", "row_product.cuh",
        "wait_for_products<1>();  // those of the stage before", "wait_for_products<2>();", ROWS,
        quick=True,
    ),
    Fault(
        "the last stage of a tile is not released", "row_product.cuh",
        "  wait_for_products<0>();\n  barriers.release(previous, lane);",
        "  wait_for_products<0>();", ROWS,
    ),
    Fault(
        "sums are read before their products are done", "row_product.cuh",
        "  wait_for_products<0>();\n  barriers.release(previous, lane);",
        "  barriers.release(previous, lane);", ROWS,
    ),
    Fault(
        "products begin without a fence", "row_product.cuh",
        "    begin_products();\n", "", ROWS,
    ),
    Fault(
        "a stage is not waited for", "row_product.cuh",
        "    wait_for(barriers.full + 8 * ring.stage, ring.parity, kWaitFull);\n", "", ROWS,
    ),
    Fault(
        "fetches wait for stages that begin empty", "row_product.cuh",
        "  ring.parity = 1;  // all stages begin empty", "", ROWS,
    ),
    Fault(
        "fetches do not wait for empty stages", "row_product.cuh",
        "      wait_for(barriers.empty + 8 * ring.stage, ring.parity, kWaitEmpty);\n", "", ROWS,
    ),
    Fault(
        "bytes of a stage are counted wrong", "row_product.cuh",
        "static_cast<std::uint32_t>(mine.eighths) * 8 * kRowBytes",
        "static_cast<std::uint32_t>(mine.rows) * kRowBytes", ROWS,
    ),
    Fault(
        "a piece is written while its store reads", "row_epilogue.cuh",
        "      if (thread == 0) wait_until_stores_have_read<1>();\n      meet",
        "      if (thread == 0) wait_until_stores_have_read<2>();\n      meet", ROWS, quick=True,
    ),
    Fault(
        "a piece is not published", "row_epilogue.cuh",
        "      publish_to_async_units();\n" + MEET + "      const int left",
        MEET + "      const int left", ROWS,
    ),
    Fault(
        "a piece leaves before all have written it", "row_epilogue.cuh",
        MEET + "      const int left", "      const int left", ROWS,
    ),
    Fault(
        "rows of the next expert are overwritten", "row_epilogue.cuh",
        "const int whole = count / 8;", "const int whole = ceil_div(count, 8);", ROWS,
    ),
    Fault(
        "a block leaves while others write to it", "row_product.cuh",
        "  meet_cluster();  // nobody leaves while others write to it\n", "", ROWS,
    ),
    Fault(
        "barriers are not published", "row_product.cuh", "    publish_barriers();\n", "", ROWS,
    ),
    Fault(
        "barriers are used before they are made", "row_product.cuh",
        "  meet_cluster();\n\n  const int first", "\n  const int first", ROWS,
    ),
    Fault(
        "a thread leaves before its stores are done", "row_product.cuh",
        "    if (thread == 0) wait_for_stores();\n", "", ROWS,
    ),
    Fault(
        "weights of rows are used before they have come", "row_epilogue.cuh",
        MEET[2:-1] + "  // the weights of all rows have come\n", "", BACK,
    ),
    Fault(
        "H comes to a slot that a store reads", "row_epilogue.cuh",
        "    wait_until_stores_have_read<1>();\n    arrive_expecting", "    arrive_expecting", BACK,
    ),
    Fault(
        "H is used before it has come", "row_epilogue.cuh",
        "        wait_for(loaded + 8 * static_cast<std::uint32_t>(unit % Layout::kSlots),\n"
        "                 static_cast<std::uint32_t>(unit / Layout::kSlots) & 1u, kWaitH);\n",
        "", BACK,
    ),
    Fault(
        "dH leaves before all have written it", "row_epilogue.cuh",
        "  " + MEET + "        const int column", "        const int column", BACK,
    ),
    Fault(
        "gradients of weights are summed before all have written theirs", "row_epilogue.cuh",
        "    if (a.partial == nullptr) return;\n" + MEET[2:],
        "    if (a.partial == nullptr) return;\n", BACK,
    ),
    Fault(
        "sums of experts are read before all have written theirs", "parts.cu",
        "sums[warp] = inclusive;\n    __syncthreads();", "sums[warp] = inclusive;", "parts.cu",
    ),
    # Gradients of weights.
    Fault(
        "rows of the next expert are summed", "weight_product.cuh",
        "const int pieces = (16 * steps - valid) * 8;", "const int pieces = 0;", WEIGHTS,
    ),
    Fault(
        "zeros are not published", "weight_product.cuh",
        "  publish_to_async_units();\n  meet_threads<2 * kGroupThreads>",
        "  meet_threads<2 * kGroupThreads>", WEIGHTS,
    ),
    Fault(
        "zeros are not waited for", "weight_product.cuh",
        "  meet_threads<2 * kGroupThreads>(kBothBarrier);\n", "", WEIGHTS, quick=True,
    ),
    Fault(
        "the last rows are not waited for", "weight_product.cuh",
        "    wait_for(barriers.full + 8 * ring.stage, ring.parity, kWaitTail);\n", "", WEIGHTS,
    ),
    Fault(
        "a piece of a gradient is written while its store reads", "weight_product.cuh",
        "    if (thread == 0) wait_until_stores_have_read<1>();\n", "", WEIGHTS,
    ),
    Fault(
        "an expert without rows keeps what was there", "weight_product.cuh",
        "tile.depth == 0 ? 0u : ~0u", "~0u", WEIGHTS,
    ),
]  # fmt: skip


def plant(fault: Fault, build: dict, folder: Path) -> tuple[bool, str]:
    """Whether the tests saw it, and what they said."""
    copy = folder / "cuda" / "wgmma"
    shutil.copytree(ROOT / "cuda" / "wgmma", copy)
    text = (copy / fault.file).read_text()
    if text.count(fault.old) != 1:
        return False, f"{fault.file} has its text {text.count(fault.old)} times"
    (copy / fault.file).write_text(text.replace(fault.old, fault.new))
    own = str(folder / "planted.o")
    include = [f"-I{path}" for path in (build["stand_ins"], folder, *build["include"])]
    words = [build["compiler"], "-std=c++20", "-O1", "-w", "-DISOFLOP_WGMMA", *include]
    words += ["-x", "c++", "-c", str(copy / fault.source), "-o", own]
    compiled = subprocess.run(words, capture_output=True, text=True)
    if compiled.returncode != 0:
        return False, "does not compile: " + compiled.stderr[:300]
    objects = [path for path in build["objects"] if Path(path).name != fault.source + ".o"]
    if len(objects) != len(build["objects"]) - 1:
        return False, f"the build has no {fault.source}"
    program = str(folder / "planted")
    words = [build["compiler"], *objects, own, *build["libraries"], "-lpthread", "-o", program]
    subprocess.run(words, check=True)
    try:
        run = subprocess.run(
            [program, "[planted]", "--abort"], capture_output=True, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return False, f"still runs after {LIMIT_S} s"
    said = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
    said = (
        [x for x in said if x.startswith("emulated kernel: ")]
        or [x for x in said if " > " in x]
        or said[-1:]
    )
    return run.returncode != 0, said[0].strip() if said else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True, help="what CMake wrote")
    parser.add_argument("--all", action="store_true", help="every fault")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("faults", nargs="*", help="parts of names")
    options = parser.parse_args()
    build = json.loads(options.build.read_text())
    if options.faults:
        chosen = [x for x in FAULTS if any(part in x.name for part in options.faults)]
    else:
        chosen = [x for x in FAULTS if x.quick or options.all]

    def try_one(fault: Fault) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            seen, said = plant(fault, build, Path(folder))
        print(f"{'seen' if seen else 'NOT SEEN':8} {fault.name}: {said[:160]}", flush=True)
        return seen

    with ThreadPoolExecutor(options.jobs) as pool:
        seen = list(pool.map(try_one, chosen))
    print(f"{sum(seen)} of {len(seen)} planted faults were seen")
    return 0 if seen and all(seen) else 1


if __name__ == "__main__":
    sys.exit(main())
