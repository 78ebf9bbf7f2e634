"""Fuzz every reader, guided by coverage: python tests/fuzz/fuzz.py [--seconds N] [--target NAME]; `make fuzz` runs it.

Each target runs in a process of its own, because libFuzzer ends the process it runs in. A target fails where a reader raises
anything but what a person is told, takes more processor time for an input than allowed, or more memory. The input then lies in
--output. Needs atheris (Linux and macOS): https://github.com/google/atheris
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(HERE.parent), str(HERE)]
SLOW, STUCK = 10, 60  # seconds of processor time an input may take; of time on the clock after which it is given up
MEMORY = 512  # MB that inputs may take beside what the seeds and the catalogue take
LARGEST = 300_000  # bytes of an input


def main() -> int:
    """Run the targets one after the other, print the table, 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    parser.add_argument("--target", action="append", help="only this one; may be given several times")
    parser.add_argument("--seed", type=int, default=0, help="of chance; 0 takes another one each time")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / ".fuzz", help="folder for inputs that failed")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        fuzz(chosen.inside, chosen.seconds, chosen.seed, chosen.output)
    from targets import TARGETS

    names = [target.name for target in TARGETS]
    if unknown := set(chosen.target or ()) - set(names):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    chosen.output.mkdir(parents=True, exist_ok=True)
    rows = [run(name, chosen) for name in chosen.target or names]
    columns = ("target", "inputs tried", "taken", "coverage", "crashes", "slowest", "peak memory")
    told(f"\n{columns[0]:16} {columns[1]:>12} {columns[2]:>8} {columns[3]:>14} {columns[4]:>8} {columns[5]:>9} {columns[6]:>12}")
    for row in rows:
        told("{:16} {:12,} {:8,} {:>14} {:8} {:>8.2f}s {:>9,} MB".format(*row))
    told(f"{'together':16} {sum(row[1] for row in rows):12,} {'':8} {'':14} {sum(row[4] for row in rows):8}")
    return int(any(row[4] for row in rows))


def run(name: str, chosen: argparse.Namespace) -> tuple[str, int, int, str, int, float, int]:
    """One target in its own process, and its line of the table."""
    call = [sys.executable, __file__, "--inside", name, "--seconds", str(chosen.seconds), "--seed", str(chosen.seed)]
    done = subprocess.run(
        [*call, "--output", chosen.output], cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
    )
    notes = json.loads(_notes(chosen.output, name).read_text("utf-8")) if _notes(chosen.output, name).exists() else {}
    covered = [int(found) for found in re.findall(r"cov: (\d+)", done.stderr)] or [0]
    peak = re.search(r"stat::peak_rss_mb:\s+(\d+)", done.stderr)
    if done.returncode:
        told(f"{name} failed; its last words:\n{done.stderr[-2_000:]}")
    memory = int(peak[1]) if peak else int(notes.get("memory", 0))
    grown = f"{covered[0]:,} → {max(covered):,}"
    told(f"{name}: {notes.get('tried', 0):,} inputs")
    return name, notes.get("tried", 0), notes.get("taken", 0), grown, int(done.returncode != 0), notes.get("slowest", 0.0), memory


def fuzz(name: str, seconds: int, seed: int, output: Path) -> None:
    """Run one target until its time is over; never returns. libFuzzer writes what failed into `output`."""
    import gc
    import resource

    import atheris

    with atheris.instrument_imports(include=["pipeline"], enable_loader_override=False):
        from targets import TARGETS
    from mutate import mutated, seeded

    target = next(target for target in TARGETS if target.name == name)
    corpus = output / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.seeds()):
        (corpus / f"seed-{number:03}").write_bytes(data)
        if not target(data):
            raise SystemExit(f"the sound file {number} of {name} is refused")
    gc.collect()
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    notes = {"tried": 0, "taken": 0, "slowest": 0.0, "memory": base, "base": base}
    began = time.monotonic()

    def one(data: bytes) -> None:
        before = time.process_time()
        taken = target(data)
        spent = time.process_time() - before
        notes["tried"] += 1
        notes["taken"] += taken
        slower = spent > notes["slowest"]
        if slower:
            notes["slowest"] = spent
            (output / f"{name}-slowest").write_bytes(data)
        if slower or notes["tried"] % 50 == 1 or time.monotonic() - began > seconds - 2:
            notes["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            _notes(output, name).write_text(json.dumps(notes), "utf-8")
        if spent > SLOW:
            raise RuntimeError(f"{spent:.1f} seconds of processor time for {len(data)} bytes")

    def change(data: bytes, largest: int, number: int) -> bytes:
        made = mutated(data, target.kind, seeded(number)) if number % 5 else atheris.Mutate(data, largest)
        return made if len(made) <= largest else data

    flags = [f"-max_total_time={seconds}", f"-timeout={STUCK}", f"-rss_limit_mb={base + MEMORY}", f"-max_len={LARGEST}"]
    flags += [f"-artifact_prefix={output}/{name}-", "-print_final_stats=1", "-len_control=0", f"-seed={seed}"]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], one, custom_mutator=change, enable_python_coverage=True)
    atheris.Fuzz()


def told(line: str) -> None:
    """Print a line at once, so that a long run can be watched."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _notes(output: Path, name: str) -> Path:
    return output / f"{name}.json"


if __name__ == "__main__":
    sys.exit(main())
