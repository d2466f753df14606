"""How fast a decision is explained: ratios between things measured in turn in one run, medians of several.

    .venv/bin/python bench/explain.py            # about a minute
    .venv/bin/python bench/explain.py --long     # the memory over 100,000 decisions, about half an hour

`bench/README.md` says what each line compares, and what it was the last time.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import engine.record  # noqa: E402
from cli.start import MANY  # noqa: E402
from engine.claims import claims  # noqa: E402
from engine.conditions import (  # noqa: E402
    All,
    Always,
    Any,
    Attribute,
    Day,
    Exempt,
    Fact,
    FieldTest,
    InTable,
    Is,
    Node,
    Not,
    Number,
    Outcome,
    Rate,
    Record,
    Test,
)
from engine.decision import Decision, decide, judge  # noqa: E402
from engine.dossier import Dossier, Row, Value, read_dossier  # noqa: E402
from engine.linking import linked  # noqa: E402
from engine.loading import bundled_policies, read_policy, years  # noqa: E402
from engine.policy import Policy  # noqa: E402
from engine.stores import bundled_examples, find_doctor  # noqa: E402

DOCTOR = "99900000003"
FORFAIT = [sys.executable, "-c", "from cli.start import main; main()", "explain", DOCTOR]
IMPORTS = [sys.executable, "-c", "import typer, rich"]
WARM_UP = 500


# --- a bare evaluation ----------------------------------------------------------------------------------------------


class Bare:
    """The same tree, evaluated as one would by hand: true, false or None, no reason, no origin, nothing kept.

    It goes no further than it must, and knows nothing of rows replaced, contradicted or struck by a control, of days
    not yet come, nor of who filed what when. It is the least that answers at all, not an equal.
    """

    def __init__(self, policy: Policy, dossier: Dossier) -> None:
        self.claims, self.fields = dict(claims(policy)), dossier.fields
        self.rows: dict[tuple[str, str], list[Row]] = {}
        for row in dossier.rows:
            self.rows.setdefault((row.type, row.name), []).append(row)

    def all(self) -> dict[str, bool | None]:
        return {name: self.node(tree) for name, tree in self.claims.items()}

    def node(self, node: Node) -> bool | None:
        match node:
            case All(of=of):
                return _all(map(self.node, of))
            case Any(of=of):
                return _any(map(self.node, of))
            case Not(of=inner):
                value = self.node(inner)
                return None if value is None else not value
            case Exempt(when=when, require=require):
                return _any(map(self.node, (when, require)))
            case Outcome(of=claim):
                return self.node(self.claims[claim])
            case Attribute(test=test):
                return self.field(test, self.fields)
            case Fact(fact=name, tests=tests):
                return _any(_passes(tests, row.fields.get("value")) for row in self.rows.get(("fact", name), ()))
            case Rate(measure=measure, relation=relation, threshold=threshold):
                rows = self.rows.get(("measure", measure), ())
                return _any(_rate(row.fields, threshold, strictly=relation == "more_than") for row in rows)
            case Record(row=kind, names=names, of=item, where=where):
                rows = [row for name in names for row in self.rows.get((kind, name), ())]
                kept = [row for row in rows if item is None or item in row.items]
                return _any(_all(self.field(test, row.fields) for test in where) for row in kept)
            case Always():
                return True
            case _:
                return None

    def field(self, test: FieldTest, fields: Mapping[str, Value]) -> bool | None:
        return _passes(test.tests, next((fields[name] for name in test.fields if name in fields), None))


def _all(values: Iterable[bool | None]) -> bool | None:
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        result = None if value is None else result
    return result


def _any(values: Iterable[bool | None]) -> bool | None:
    result: bool | None = False
    for value in values:
        if value is True:
            return True
        result = None if value is None else result
    return result


def _rate(fields: Mapping[str, Value], threshold: Fraction, *, strictly: bool) -> bool | None:
    numerator, denominator = fields.get("numerator"), fields.get("denominator")
    if not isinstance(numerator, int) or not isinstance(denominator, int):
        return None
    left, right = numerator * threshold.denominator, threshold.numerator * denominator
    return left > right if strictly else left >= right


def _passes(tests: tuple[Test, ...], value: Value | None) -> bool | None:
    return None if value is None else all(_holds(test, value) for test in tests)


def _holds(test: Test, value: Value) -> bool:
    match test:
        case Is(values=values):
            return str(value).lower() in values
        case InTable(table=table):
            entry = table.find(str(value))
            return entry is not None and not entry.refused
        case Number(relation=relation, threshold=threshold) if isinstance(value, int):
            return value > threshold if relation == "more_than" else value >= threshold
        case Day(relation=relation, entry=entry) if isinstance(value, date) and entry.first and entry.last:
            if relation == "until":
                return value <= entry.last
            return value < entry.first if relation == "before" else entry.first <= value <= entry.last
        case _:
            return True


# --- measuring ------------------------------------------------------------------------------------------------------


Clock = Callable[[], float]


def spent() -> float:
    """The processor time of the commands run so far: other programs of the machine do not count in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_turn(rounds: int, works: Mapping[str, Callable[[], object]], clock: Clock) -> dict[str, float]:
    """The median time of each work in seconds, the works done one after the other in every round."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = clock()
            work()
            times[name].append(clock() - start)
    return {name: median(found) for name, found in times.items()}


def tell(what: str, most: float, work: float, base: float) -> bool:
    ratio = work / base
    sign = "holds" if ratio <= most else "MISSED"
    print(f"{what:58} {work * 1000:9.2f} ms / {base * 1000:8.2f} ms = {ratio:6.2f}  (at most {most:g}: {sign})")
    return ratio <= most


def run(command: list[str], cache: str) -> None:
    # Both sides run as installed programs do: their modules compiled once, a cache that no other checkout writes in.
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    there = {**compiled, "XDG_CACHE_HOME": cache}
    subprocess.run(command, cwd=ROOT, env=there, stdout=subprocess.DEVNULL, check=True)


def cold(rounds: int) -> bool:
    """A whole command in a fresh process, the policy's pages in the user's cache, against two imports."""
    with TemporaryDirectory() as cache:
        run(FORFAIT, cache)
        works = {"explain": lambda: run(FORFAIT, cache), "imports": lambda: run(IMPORTS, cache)}
        wall, processor = in_turn(rounds, works, time.perf_counter), in_turn(rounds, works, spent)
    tell("cold `forfait explain` / `import typer, rich`, on the wall", 2.5, wall["explain"], wall["imports"])
    return tell("  the same, in processor time", 2.5, processor["explain"], processor["imports"])


def tree(decision: Decision) -> object:
    """The record of a decision, but for the shortfalls: those are decided again and again, and are no part of it."""
    with patch.object(engine.record.Shortfalls, "of", lambda *_: ()):
        return engine.record.record(decision)


def warm(rounds: int, policy: Policy, dossier: Dossier) -> bool:
    bare = Bare(policy, dossier)
    works: dict[str, Callable[[], object]] = {
        "bare": bare.all,
        "verdicts": lambda: judge(policy, dossier),
        "tree": lambda: tree(judge(policy, dossier)),
        "both": lambda: decide(policy, dossier),
    }
    for work in works.values():
        work()
    times = in_turn(rounds, works, time.process_time)
    one = tell("first derivation with its tree / bare evaluation", 5, times["tree"], times["bare"])
    tell("  of which without the tree", 5, times["verdicts"], times["bare"])
    two = tell("both derivations / the first alone", 40, times["both"], times["verdicts"])
    return one and two


def memory() -> int:
    """The memory this process holds now, in KiB."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def flat(count: int, policy: Policy, dossier: Dossier) -> bool:
    """What the process holds after so many decisions, against what it held once warm."""
    for _ in range(WARM_UP):
        decide(policy, dossier)
    gc.collect()
    before = memory()
    for _ in range(count):
        decide(policy, dossier)
    gc.collect()
    after = memory()
    grown = (after - before) / before
    print(f"resident memory before and after {count:,} decisions: {before} KiB, {after} KiB ({grown:+.1%})")
    return grown < 0.02


def main() -> int:
    # As the command does: what was made before a decision is not searched for waste during it, on either side.
    usual = gc.get_threshold()
    gc.set_threshold(MANY)
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--long", action="store_true", help="100,000 decisions in one process instead of 5,000")
    asked = options.parse_args()
    known = find_doctor(bundled_examples(), DOCTOR)
    policy = linked(read_policy(years(bundled_policies())[known.years[-1]]), {})
    dossier = read_dossier(known.page, policy)
    held = [cold(asked.rounds), warm(asked.rounds * 10, policy, dossier)]
    gc.set_threshold(*usual)
    held.append(flat(100_000 if asked.long else 5_000, policy, dossier))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
