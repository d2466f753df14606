"""Twenty thousand alterations of records, each put to every check; exits with 1 where one went unseen.

    .venv/bin/python bench/alterations.py            # all examples and 1,000 random dossiers, about half an hour
    .venv/bin/python bench/alterations.py --alterations 2000 --dossiers 100 --seed 7 --jobs 1

Every untouched record must be accepted: sealed, alone, beside its policy. Of each alteration, signed, every one must
be rejected; unsigned and sealed again, every one that the engine would not write from the record's own facts and
rules (`tests/rebuilt.py`, which shares nothing with the checker) must be rejected alone, and every departure from the
policy beside it. The tests do the same on a few hundred.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.decision import decide  # noqa: E402
from engine.dispute.pricing import alternatives  # noqa: E402
from engine.dossier import read_dossier  # noqa: E402
from engine.issuing.keys import new_key  # noqa: E402
from engine.linking import linked  # noqa: E402
from engine.loading import bundled_policies, read_policy, years  # noqa: E402
from engine.problems import Invalid  # noqa: E402
from engine.record import record as written  # noqa: E402
from tests.conftest import campaigns, policy_files  # noqa: E402
from tests.random_dossiers import Drawing, days_of  # noqa: E402
from tests.random_policies import made_up  # noqa: E402
from tests.trying_alterations import Trying  # noqa: E402

NUMBERS = 10**10
EACH = 20
"""Random dossiers under one policy and one day."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alterations", type=int, default=20_000)
    parser.add_argument("--dossiers", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    examples = len(campaigns())
    records = examples + asked.dossiers
    batches = [(asked.seed, batch, asked.alterations, records) for batch in range(-1, -(-asked.dossiers // EACH))]
    counts, start = Counter[str](), time.perf_counter()
    with Pool(asked.jobs) as pool:
        for found in pool.imap_unordered(batch_of, batches):
            counts += found
            took = time.perf_counter() - start
            print(f"{took:.0f} s: {dict(sorted(counts.items()))}", flush=True)
    failed = sum(count for name, count in counts.items() if name.startswith("FAILED"))
    return 1 if failed else 0


def batch_of(told: tuple[int, int, int, int]) -> Counter[str]:
    """The records of one batch (-1: the examples), each altered its share of times."""
    seed, batch, alterations, records = told
    counts = Counter[str]()
    with TemporaryDirectory() as folder:
        key = new_key(Path(folder) / "key")
    for index, trying in enumerate(drawn(seed, batch, key)):
        random = Random(f"{seed}/{batch}/{index}")
        rank = index if batch < 0 else len(campaigns()) + batch * EACH + index
        share = alterations * (rank + 1) // records - alterations * rank // records
        counts["records"] += 1
        if trying.untouched:
            counts["FAILED untouched"] += 1
            print(f"seed {seed}/{batch}/{index}: untouched, and rejected at {trying.untouched[:3]}", flush=True)
        for _ in range(share):
            trial = trying.trial(random)
            counts["alterations"] += 1
            counts["rejected signed"] += trial.signed
            counts["rejected alone"] += trial.alone
            counts["consistent, rejected beside the policy"] += not trial.alone and trial.beside
            counts["other facts, accepted unsigned"] += not trial.alone and not trial.beside
            for failure in trial.failures:
                counts[f"FAILED {failure}"] += 1
                print(f"seed {seed}/{batch}/{index}: {failure}: {trial.kind} at {trial.path}", flush=True)
    return counts


def drawn(seed: int, batch: int, key: object) -> Iterator[Trying]:
    if batch < 0:
        for example in campaigns():
            yield Trying(example.priced(), example.decision.policy, policy_files(example.year), key)  # type: ignore[arg-type]
        return
    random = Random(f"{seed}/{batch}")
    folders = list(years(bundled_policies()).values())
    files = made_up() if batch % 3 == 2 else read_policy(folders[batch % 3 % len(folders)])
    policy = linked(files, {})
    day, drawing = random.choice([None, None, *days_of(policy)[-6:]]), Drawing([policy])
    made = 0
    while made < EACH:
        page = drawing.page(random, str(NUMBERS + batch * EACH + made), plain=made % 4 == 0)
        try:
            decision = decide(policy, read_dossier(page, policy), day)
        except Invalid:
            continue
        made += 1
        yield Trying(written(decision, alternatives(files, page, decision)), policy, files, key)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
