#!/usr/bin/env python3
"""Pastes into documents what their commands print today, and draws the pictures that they show.

tests/renew_documents.py build/release/apps [PAGE.md ...]; all pages if none is named. Look at the
difference before committing it: tests/cli/test_documents.cpp holds every page to its commands.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def printed_by(command: str, folder: Path, programs: Path) -> list[str]:
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    words = ["sh", "-c", f"{{\n{command}\n}} 2>&1"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    return done.stdout.splitlines()


def renewed(text: str, folder: Path, programs: Path) -> str:
    out: list[str] = []
    command: list[str] = []
    inside = skipping = False
    for line in text.splitlines():
        if line.startswith("```"):
            inside, skipping = line == "```console", False
        elif inside and (line.startswith("$ ") or (command and command[-1].endswith("\\"))):
            skipping = False
            command.append(line.removeprefix("$ ") if not command else line)
            out.append(line)
            if not line.endswith("\\"):
                out += printed_by("\n".join(command), folder, programs)
                command, skipping = [], True
            continue
        if not skipping:
            out.append(line)
    return "\n".join(out) + "\n"


def renew(page: Path, programs: Path) -> None:
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").symlink_to(ROOT / "data")
        new = renewed(text, folder, programs)
        for link in re.findall(r"!\[[^\]]*\]\(([^)]+\.svg)\)", text):
            picture = page.parent / link
            if (folder / picture.name).exists():
                shutil.copyfile(folder / picture.name, picture)
            else:
                print(f"{page}: no command draws {picture.name}")
    if new != text:
        page.write_text(new, encoding="utf-8")
        print(page.relative_to(ROOT))


def main() -> None:
    programs = Path(sys.argv[1]).resolve()
    pages = [Path(name).resolve() for name in sys.argv[2:]]
    for page in pages or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        renew(page, programs)


if __name__ == "__main__":
    main()
