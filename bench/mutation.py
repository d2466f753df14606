"""How long a whole year of mutants takes, and how many survive; exits with 1 when one does.

    .venv/bin/python bench/mutation.py           # every year, on every core
    .venv/bin/python bench/mutation.py --jobs 1

The tests try one mutant in ten; here all of them are.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.drafting.mutation.mutation import tried  # noqa: E402
from engine.loading import bundled_policies, read_policy, years  # noqa: E402

TARGET = 60
"""Seconds that a year may take on two cores."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    jobs = parser.parse_args().jobs
    held = True
    for year, folder in years(bundled_policies()).items():
        start = time.perf_counter()
        found = list(tried(read_policy(folder), jobs))
        took = time.perf_counter() - start
        fates = Counter(one.fate for one in found)
        print(f"{year}: {len(found)} mutants, {dict(fates)}, {took:.0f} s with {jobs} processes (target {TARGET})")
        for one in found:
            if one.fate == "survived":
                print("  survived", *one.mutant.spot, one.mutant.before, "->", one.mutant.after)
                held = False
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
