"""The same bytes whatever the system around is like: threads, locale, clock, environment."""

import json
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable

from place import GRID, ROOT, Done, Place, Skipped, claim, fit_words

CONVENTION = ("--n-means", "total_non_embedding", "--expansion", "64")
SWEEP = ROOT / "data/simulated/hoffmann2022_sweep.csv"


def commands(place: Place) -> dict[str, list[str]]:
    law = "krajewski2024-e64"
    backtested = [str(GRID), *"--law fine-grained-moe,chinchilla --starts 30".split(),
                  "--column", "loss=loss_simulated"]  # fmt: skip
    if place.quick:
        backtested = [str(SWEEP), *"--law chinchilla --starts 4".split()]
    return {
        "fit": fit_words(place, "--json"),
        "fit, report": fit_words(place),
        "profiles": [place.isoflop, "profiles", str(SWEEP), "--flops", "1e21", "--json"],
        "backtest": [place.isoflop, "backtest", *backtested, "--json"],
        "plan": [place.isoflop, "plan", law, "--flops", "1e21", "1e23", "--json"],
        "frontier": [place.isoflop, "frontier", law, "--from", "1e20", "--to", "1e24", "--json"],
        "figure": [place.isoflop, "figure", "frontier", law, "--flops", "1e21"],
        "report": [place.isoflop, "report", law],
    }  # fmt: skip


THREADED = ("fit", "fit, report", "profiles", "backtest", "frontier")


def printed_plainly(place: Place) -> dict[str, Done]:
    """What each command prints where nothing is the matter."""
    if not place.plain:
        folder = place.new_folder()
        place.plain = {name: place.run(words, folder) for name, words in commands(place).items()}
        for done in place.plain.values():
            done.worked()
    return place.plain


def with_threads(words: list[str], num: int) -> list[str]:
    return [*words, "--threads", str(num)]


def same_for_threads(place: Place) -> str:
    folder = place.new_folder()
    counts = (1, 2, 7) if place.quick else (1, 2, 3, 7, 16, 64)
    for name in THREADED:
        first = printed_plainly(place)[name]
        for num in counts:
            other = place.run(with_threads(commands(place)[name], num), folder)
            claim(other.out == first.out, f"{name}: {num} threads give other bytes")
    return f"{len(THREADED)} commands, the same bytes for {', '.join(map(str, counts))} threads"


def same_for_laws_with_draws(place: Place) -> str:
    """A law that carries draws is planned for each draw, on every core or on one."""
    folder = place.new_folder()
    place.run(fit_words(place, *CONVENTION, "-o", "law.json"), folder).worked()
    plan = [place.isoflop, "plan", "law.json", "--flops", "1e20", "--json"]
    frontier = [place.isoflop, "frontier", "law.json", "--from", "1e19", "--to", "1e21", "--json"]
    outs = []
    # A plan takes as many threads as there are cores.
    for cores in ({0}, set(range(min(7, os.cpu_count() or 1)))):
        both = []
        for words in (plan, frontier):
            done = place.run(words, folder, limits=lambda c=cores: os.sched_setaffinity(0, c))
            claim(done.code in (0, 1) and done.out, done.err[:300])
            both.append(done.out)
        outs.append(both)
    claim(outs[0] == outs[1], "other bytes on more cores")
    for num in (1, 2, 7):
        done = place.run(with_threads(frontier, num), folder)
        claim(done.out == outs[0][1], f"frontier: {num} threads give other bytes")
    return "plan and frontier, the same bytes"


def many_threads(place: Place) -> str:
    folder = place.new_folder()
    first = place.run(with_threads(commands(place)["fit"], 1), folder)
    for num in (0, 1024, 4096):
        other = place.run(with_threads(commands(place)["fit"], num), folder)
        other.worked()
        claim(other.out == first.out, f"{num} threads give other bytes than 1")
    for text in ("4097", "-1", "1e99", "x"):
        place.run([*fit_words(place), "--threads", text], folder).refused("threads", code=2)
    return "0, 1024 and 4096 threads, the same bytes; more refused"


def no_threads(place: Place) -> str:
    """Threads that the system does not grant are done without."""
    folder = place.new_folder()
    for name in THREADED:
        words = with_threads(commands(place)[name], 7)
        first = printed_plainly(place)[name]
        for most in ("0", "3"):
            environment = {**os.environ, "LD_PRELOAD": place.host(), "FAULTS_THREADS": most}
            other = place.run(words, folder, env=environment)
            claim(other.out == first.out and other.code == 0, f"{name}: {other.err[:200]}")
    return f"{len(THREADED)} commands with 0 and 3 threads granted, the same bytes"


def compare_all(place: Place, environment: dict[str, str]) -> str:
    folder = place.new_folder()
    for name, words in commands(place).items():
        plain = printed_plainly(place)[name]
        other = place.run(words, folder, env=environment)
        claim(other.code == 0, f"{name}: exit code {other.code}: {other.err[:300]}")
        claim(other.out == plain.out, f"{name}: other bytes")
        claim(other.err == plain.err, f"{name}: {other.err[:300]}")
    return f"{len(commands(place))} commands, the same bytes"


def german(place: Place) -> str:
    """Decimal commas, both of a program that never asks and in a process that has chosen them."""
    if shutil.which("localedef") is None:
        raise Skipped("no localedef here")
    locales = place.new_folder()
    words = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(locales / "de_DE.UTF-8")]
    if subprocess.run(words, capture_output=True, check=False).returncode not in (0, 1):
        raise Skipped("localedef makes no de_DE.UTF-8 here")
    environment = {**os.environ, "LOCPATH": str(locales), "LC_ALL": "de_DE.UTF-8"}
    compare_all(place, environment)
    environment |= {"LD_PRELOAD": place.host(), "FAULTS_LOCALE": "1"}
    script = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.localeconv())"
    said = subprocess.run(
        [place.python, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    claim("'decimal_point': ','" in said.stdout, f"no decimal comma: {said.stdout} {said.stderr}")
    return compare_all(place, environment)


def first_day(place: Place) -> str:
    environment = {**os.environ, "LD_PRELOAD": place.host(), "FAULTS_CLOCK": "1970"}
    out = compare_all(place, environment)
    folder = place.new_folder()
    words = [place.bench, *"model --gpu h200 --tokens 1024 --d-model 512 --d-ff 512".split(),
             *"--expansion 8 --granularity 1 --json".split()]  # fmt: skip
    done = place.run(words, folder, env=environment)
    done.worked()
    claim(b'"1970-01-01T' in done.out, "the clock was not set back")
    # And files of that day.
    (folder / "x.csv").write_bytes(GRID.read_bytes())
    os.utime(folder / "x.csv", (0, 0))
    fit = fit_words(place, *CONVENTION, "-o", "law.json")
    place.run([*fit[:2], "x.csv", *fit[3:]], folder, env=environment).worked()
    os.utime(folder / "law.json", (0, 0))
    plan = [place.isoflop, "plan", "law.json", "--flops", "1e18", "--accept-undetermined"]
    place.run(plan, folder, env=environment).worked()
    return out


def no_home(place: Place) -> str:
    compare_all(place, {})
    return compare_all(place, {"HOME": "/nowhere", "PATH": "", "TMPDIR": "/nowhere", "TERM": ""})


def no_folder(place: Place) -> str:
    """The working folder is gone."""
    for name, words in commands(place).items():
        folder = place.new_folder()

        def leave(gone: str = str(folder)) -> None:
            os.rmdir(gone)

        done = place.run(words, folder, limits=leave)
        claim(done.code == 0 and done.out != b"", f"{name}: {done.err[:300]}")
    return f"{len(commands(place))} commands"


def with_stack(num_kb: int) -> Callable[[], None]:
    def limits() -> None:
        most = resource.getrlimit(resource.RLIMIT_STACK)[1]
        resource.setrlimit(resource.RLIMIT_STACK, (num_kb << 10, most))

    return limits


def with_more_terms(num_terms: int) -> str:
    """A formula of 7 coefficients and two more for each term."""
    formula = json.loads((ROOT / "data/formulas/fine-grained-moe.json").read_text())
    for i in range(num_terms):
        formula["expression"] += f" + p{i}/(N^q{i}*D^.1)"
        formula["coefficients"] |= {f"p{i}": {"bounds": [0.001, 1000], "start": [0.1, 10]}}
        formula["coefficients"] |= {f"q{i}": {"bounds": [0.01, 2], "start": [0.05, 1]}}
    return json.dumps(formula)


def small_stack(place: Place) -> str:
    """A stack too small ends the program and never gives another answer, as it would where a
    function reaches over the guard between one thread's stack and the next."""
    folder = place.new_folder()
    sizes_kb = [64, *[128] * 3, 256]
    if not place.quick:
        sizes_kb = [64, 96, 112, *[128] * 20, 160, 192, 256, 512]
    too_small_kb = 0
    for name in THREADED:
        plain = printed_plainly(place)[name]
        for size_kb in sizes_kb:
            words = with_threads(commands(place)[name], 2)
            done = place.run(words, folder, limits=with_stack(size_kb))
            where = f"{name}, {size_kb} kB"
            if done.code == -signal.SIGSEGV:
                claim(done.out == b"", f"{where}: ended amid {done.out[:200]!r}")
                too_small_kb = max(too_small_kb, size_kb)
            else:
                claim(done.code == 0, f"{where}: exit code {done.code}: {done.err[:300]}")
                claim(done.out == plain.out, f"{where}: other bytes")
    claim(too_small_kb < 256, f"{too_small_kb} kB were not enough")
    fit = [place.isoflop, "fit", str(GRID), "--column", "loss=loss_simulated", "--bootstrap", "0"]
    for num_terms in (3,) if place.quick else (2, 4, 12):
        (folder / "formula.json").write_text(with_more_terms(num_terms))
        words = with_threads([*fit, "--law", "formula.json", "--starts", "1"], 2)
        plain, done = (place.run(words, folder, limits=with_stack(kb)) for kb in (8192, 512))
        claim(plain.code in (0, 1) and plain.out != b"", plain.err[:300])
        claim(done.out == plain.out, f"{7 + 2 * num_terms} coefficients, 512 kB: {done.code}")
    return f"{len(THREADED)} commands, the same bytes or ended; {too_small_kb} kB are too small"


CASES: list[tuple[str, Callable[[Place], str | None]]] = [
    ("threads: 1, 2, 7", same_for_threads),
    ("threads: plans for the draws of a law", same_for_laws_with_draws),
    ("threads: 0, 1024 and too many", many_threads),
    ("threads: not granted", no_threads),
    ("locale: decimal commas", german),
    ("clock: 1970", first_day),
    ("environment: no HOME, nothing at all", no_home),
    ("environment: no working folder", no_folder),
    ("environment: a small stack", small_stack),
]
