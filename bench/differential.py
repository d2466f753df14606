"""Random dossiers under real and random policies through every derivation; exits with 1 where two of them differ.

    .venv/bin/python bench/differential.py                        # a million through two, twenty thousand through all
    .venv/bin/python bench/differential.py --dossiers 20000 --four 1000 --seed 7

The first derivation and the columns decide all; on every twenty-fifth, the other readings are priced by both. The
network and the formula decide `--four` of them as well, the formula where it applies. Each difference is printed with
the seed of its batch and the least dossier that still differs. The tests do the same on a few hundred.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from random import Random

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cli.cores import free_cores  # noqa: E402
from engine.dispute.pricing import other_policies  # noqa: E402
from engine.garbage import set_aside  # noqa: E402
from engine.linking import linked  # noqa: E402
from engine.loading import PolicyFiles, bundled_policies, read_policy, years  # noqa: E402
from engine.network import EngineFault  # noqa: E402
from engine.policy import Policy  # noqa: E402
from engine.problems import Invalid  # noqa: E402
from engine.yamltext import Page  # noqa: E402
from tests.differential import Bench, shrunk  # noqa: E402
from tests.random_dossiers import Drawing, days_of  # noqa: E402
from tests.random_policies import made_up, random_mutant, random_policy  # noqa: E402

PRICED = 25
SEARCHED = 100_000
"""The objects made between two searches for garbage."""
ENOUGH = 2
"""How many times as many dossiers a policy as it is gets as one drawn: there are few of them."""
ROUND = ("changed", "made up, changed", "made up")
"""The policies that are drawn; a year as it is takes its turn once in `ENOUGH` rounds of them."""
NUMBERS = 10**10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dossiers", type=int, default=1_000_000)
    parser.add_argument("--four", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1_000, help="dossiers under one policy")
    parser.add_argument("--jobs", type=int, default=free_cores(), help="processes at once, a batch each")
    asked = parser.parse_args()
    counts, start = Counter[str](), time.perf_counter()
    # As many processes as cores: threads of theirs would only wait for each other.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    with get_context("spawn").Pool(asked.jobs, made_ready) as pool:
        for found in pool.imap_unordered(compared, parts(asked)):
            counts += found
            took = time.perf_counter() - start
            print(f"{took:.0f} s: {dict(sorted(counts.items()))}", flush=True)
    return 1 if counts["differing"] else 0


class Part(Struct, frozen=True):
    """A batch: its seed, what kind of policy and how many of that kind before, how many dossiers of it.

    `four` of them go through all derivations.
    """

    seed: str
    kind: str
    rank: int
    size: int
    four: int


def parts(asked: argparse.Namespace) -> Iterator[Part]:
    """A quarter of the dossiers for each kind of policy, but for the last few."""
    turns = cycle([*ROUND, "as it is", *ROUND * (ENOUGH - 1)])
    before, ranks = 0, Counter[str]()
    while before < asked.dossiers:
        kind = next(turns)
        size = min(asked.batch * (ENOUGH if kind == "as it is" else 1), asked.dossiers - before)
        after = before + size
        four = asked.four * after // asked.dossiers - asked.four * before // asked.dossiers
        yield Part(f"{asked.seed}/{kind}/{ranks[kind]}", kind, ranks[kind], size, four)
        before = after
        ranks[kind] += 1


def made_ready() -> None:
    """Have a process look seldom for garbage: each time it looks through many dossiers that are still needed."""
    set_aside()
    gc.set_threshold(SEARCHED, 50, 50)


def compared(part: Part) -> Counter[str]:
    """What became of one batch, under a policy of its own."""
    random = Random(part.seed)
    files, policy = drawn_policy(part, random)
    day = drawn_day(part, policy, random)
    bench = Bench(files, policy, day)
    drawing = Drawing([policy, *(other for *_, other in other_policies(files, policy))])
    pages = [drawing.page(random, str(NUMBERS + rank), plain=rank % 4 == 0) for rank in range(part.size)]
    found = bench.compare(pages, lambda rank: rank % PRICED == 0)
    for number, how in found.differing.items():
        page = next(page for page in pages if page.data["doctor"] == number)
        least = shrunk(page, lambda smaller: bench.compare(smaller).differing)
        print(f"seed {part.seed}, as of {day or 'the decision'}: {how}\n  {json.dumps(least.data)}", flush=True)
    counts = Counter(
        dossiers=part.size,
        policies=1,
        columns=found.columns,
        observed=found.observed,
        singly=found.left,
        refused=found.refused,
        differing=len(found.differing),
    )
    return counts + all_four(part, bench, pages)


def drawn_policy(part: Part, random: Random) -> tuple[PolicyFiles, Policy]:
    """A year as it is, a year with a mistake in it, or a policy that no law would write."""
    known = list(years(bundled_policies()).values())
    folder = known[part.rank % len(known)]
    match part.kind:
        case "as it is":
            files = read_policy(folder)
            return files, linked(files, {})
        case "changed":
            return random_mutant(read_policy(folder), random, 1)
        case "made up, changed":
            return random_mutant(made_up(), random, 2)
        case _:
            return random_policy(random)


def drawn_day(part: Part, policy: Policy, random: Random) -> date | None:
    """Often the decision's day or one of the last; a policy as it is has fewer batches, for as many other days."""
    days = days_of(policy)
    others = ENOUGH if part.kind == "as it is" else 1
    return random.choice([None, None, *days[-6:], *[random.choice(days)] * others])


def all_four(part: Part, bench: Bench, pages: Sequence[Page]) -> Counter[str]:
    """Some of a batch through the network and, where it applies, through the formula."""
    counts = Counter[str]()
    for page in pages:
        if counts["network"] >= part.four:
            break
        try:
            counts["formula"] += bench.four(page)
            counts["network"] += 1
        except Invalid:
            continue
        except EngineFault as fault:
            counts["differing"] += 1
            seed, day = part.seed, bench.as_of or "the decision"
            print(f"seed {seed}: {fault}, as of {day}\n  {json.dumps(page.data)}", flush=True)
    return counts


if __name__ == "__main__":
    sys.exit(main())
