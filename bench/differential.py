"""Random dossiers under real and random policies through every derivation; exits with 1 where two of them differ.

    .venv/bin/python bench/differential.py                        # a million through two, twenty thousand through all
    .venv/bin/python bench/differential.py --dossiers 20000 --four 1000 --seed 7

The first derivation and the columns decide all; on every twenty-fifth, the other readings are priced by both. The
network and the formula decide `--four` of them as well, the formula where it applies. Each difference is printed with
the seed of its batch and the least dossier that still differs. The tests do the same on a few hundred.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from random import Random

from msgspec import Struct
from msgspec.structs import astuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cli.cores import free_cores  # noqa: E402
from engine.dispute.pricing import other_policies  # noqa: E402
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
    batches = -(-asked.dossiers // asked.batch)
    with get_context("spawn").Pool(asked.jobs) as pool:
        for done, found in enumerate(pool.imap_unordered(compared, parts(asked, batches)), start=1):
            counts += found
            took = time.perf_counter() - start
            print(f"{done}/{batches}, {took:.0f} s: {dict(sorted(counts.items()))}", flush=True)
    return 1 if counts["differing"] else 0


class Part(Struct, frozen=True):
    """A batch: its seed and its rank, how many dossiers, and how many of them through all derivations."""

    seed: str
    rank: int
    size: int
    four: int


def parts(asked: argparse.Namespace, batches: int) -> Iterator[Part]:
    for rank in range(batches):
        size = min(asked.batch, asked.dossiers - rank * asked.batch)
        four = asked.four * (rank + 1) // batches - asked.four * rank // batches
        yield Part(f"{asked.seed}/{rank}", rank, size, four)


def compared(part: Part) -> Counter[str]:
    """What became of one batch, under a policy of its own."""
    seed, batch, size, four = astuple(part)
    random = Random(seed)
    kind, files, policy = drawn_policy(batch, random)
    day = random.choice([None, None, *days_of(policy)[-6:], random.choice(days_of(policy))])
    bench = Bench(files, policy, day)
    drawing = Drawing([policy, *(other for *_, other in other_policies(files, policy))])
    pages = [drawing.page(random, str(NUMBERS + rank), plain=rank % 4 == 0) for rank in range(size)]
    found = bench.compare(pages, lambda rank: rank % PRICED == 0)
    for number, how in found.differing.items():
        page = next(page for page in pages if page.data["doctor"] == number)
        least = shrunk(page, lambda smaller: bench.compare(smaller).differing)
        print(f"seed {seed}, {kind}, as of {day or 'the decision'}: {how}\n  {json.dumps(least.data)}", flush=True)
    counts = Counter(
        dossiers=size,
        columns=found.columns,
        observed=found.observed,
        singly=found.left,
        refused=found.refused,
        differing=len(found.differing),
    )
    return counts + all_four(seed, bench, pages, day, four)


def drawn_policy(batch: int, random: Random) -> tuple[str, PolicyFiles, Policy]:
    """A year as it is, a year with a mistake or two in it, or a policy that no law would write."""
    known = list(years(bundled_policies()).items())
    year, folder = known[batch // 4 % len(known)]
    match batch % 4:
        case 0:
            files = read_policy(folder)
            return str(year), files, linked(files, {})
        case 1:
            return f"{year} changed", *random_mutant(read_policy(folder), random, 1)
        case 2:
            return "made up, changed", *random_mutant(made_up(), random, 2)
        case _:
            return "made up", *random_policy(random)


def all_four(seed: str, bench: Bench, pages: Sequence[Page], day: date | None, most: int) -> Counter[str]:
    """Some of a batch through the network and, where it applies, through the formula."""
    counts = Counter[str]()
    for page in pages:
        if counts["network"] >= most:
            break
        try:
            counts["formula"] += bench.four(page)
            counts["network"] += 1
        except Invalid:
            continue
        except EngineFault as fault:
            counts["differing"] += 1
            print(f"seed {seed}: {fault}, as of {day or 'the decision'}\n  {json.dumps(page.data)}", flush=True)
    return counts


if __name__ == "__main__":
    sys.exit(main())
