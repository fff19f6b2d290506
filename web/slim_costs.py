"""What plans read of the cost tables that ship: python3 slim_costs.py IN.json OUT.json

Rows that no plan chooses are left out, and numbers that none reads are the same everywhere, so that
the page is half as large. The numbers of plans stay those of the whole table.
"""

import json
import sys
from pathlib import Path

UNREAD = {
    **dict.fromkeys(["p10_s", "p90_s", "low_s", "high_s"]),
    **dict.fromkeys(["sm_clock_mhz", "memory_clock_mhz", "power_w", "temperature_c"]),
    **dict.fromkeys(["model_flops", "executed_flops", "bytes", "check_error"], 0),
    "check_tolerance": 1,
    "remarks": [],
}


def slim(row: dict) -> dict:
    # Only whole layers are resampled; of their stages the median stands for all samples.
    samples = row["samples_s"] if row["stage"] == "whole" else [row["time_s"]]
    return row | UNREAD | {"samples_s": samples}


def main(source: Path, out: Path) -> None:
    table = json.loads(source.read_text())
    rows = [row for row in table["rows"] if row["graph"]]
    if any(row["routing"] == "multinomial" for row in rows):
        rows = [row for row in rows if row["routing"] == "multinomial"]
    table["rows"] = [slim(row) for row in rows]
    out.write_text(json.dumps(table, separators=(",", ":")))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
