"""Makes one page of its parts: python3 inline.py WASM_WITHOUT_ENDING OUT.html

Scripts and style are put where the page names them. The WebAssembly is packed by LZMA and written
in base64, which the page undoes itself: nothing is fetched.
"""

import base64
import gzip
import hashlib
import json
import lzma
import sys
from pathlib import Path

WEB = Path(__file__).parent
DATA = WEB.parent / "data"
SCRIPTS = ["fields.js", "question.js", "unlzma.js", "engine.js", "answer.js", "page.js", "fit.js"]


# As unlzma.js undoes it: WebAssembly is no text of words, and has no places within them.
LZMA = {"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}


def packed(data: bytes) -> str:
    stream = lzma.compress(data, lzma.FORMAT_RAW, filters=[LZMA | {"nice_len": 273}])
    return base64.b64encode(stream).decode()


def shipped(fits: bool) -> str:
    """Names of what the WebAssembly carries and no verb lists; whether it fits."""
    gpus = json.loads((DATA / "gpus.json").read_text())["gpus"]
    costs = sorted(path.stem for path in (DATA / "costs").glob("*.json"))
    return (
        "const SHIPPED = "
        + json.dumps({"gpus": [gpu["name"] for gpu in gpus], "costs": costs, "fits": fits})
        + ";\n"
    )


def main(wasm: Path, out: Path) -> None:
    scripts = "".join((WEB / name).read_text() for name in SCRIPTS)
    script = "'use strict';\n" + shipped("fit" in wasm.name) + scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    worker = wasm.with_suffix(".js").read_text() + "\n" + (WEB / "worker.js").read_text()
    assert "</script" not in worker
    code = wasm.with_suffix(".wasm").read_bytes()
    page = (WEB / "index.html").read_text()
    for name, text in {
        "SCRIPT_HASH": f"'sha256-{digest}'",
        "STYLE": (WEB / "style.css").read_text(),
        "SIZE": str(len(code)),
        "WASM": packed(code),
        "WORKER": worker,
        "SCRIPT": script,
    }.items():
        page = page.replace(f"%{name}%", text, 1)
    out.write_text(page)
    for what, data in {f"{out}": page.encode(), "its WebAssembly": code}.items():
        print(f"{what}: {len(data)} bytes, {len(gzip.compress(data, 9))} by gzip")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
