"""The same run on every engine: times, memory, and whether the tables written are the same bytes.

.venv/bin/python bench/national/engines.py --doctors 10000
.venv/bin/python bench/national/engines.py --engines duckdb polars postgres://user@localhost/base "spark://local[2]"
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

from compare import FORFAIT, population
from measure import Failed, measured
from msgspec import json

EMBEDDED = ("duckdb", "polars")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--doctors", type=int, default=10_000)
    parser.add_argument("--engines", nargs="+", default=EMBEDDED)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "forfait-bench")
    asked = parser.parse_args()
    data = population(asked.keep, asked.doctors, asked.seed)
    print(f"{asked.doctors:,} doctors\n\n{'engine':<24} {'seconds':>8} {'processor':>9} {'MiB':>6}  tables")
    first: Mapping[str, str] | None = None
    alike = True
    for engine in asked.engines:
        out = asked.keep / "engine"
        rmtree(out, ignore_errors=True)
        options = ("run", "--year", "2023", "--data", str(data), "--out", str(out), "--engine", engine)
        try:
            found = measured((*FORFAIT, *options))
        except Failed as failed:
            alike = False
            print(f"{engine.split('@')[-1]:<24} {str(failed).splitlines()[-1]}", flush=True)
            continue
        written = digests(out)
        first = first or written
        same = "the first" if first is written else "same bytes" if first == written else "OTHER BYTES"
        alike = alike and first == written
        peak = found.peak / 2**20
        name = engine.split("@")[-1]
        print(f"{name:<24} {found.wall:>8.2f} {found.processor:>9.2f} {peak:>6.0f}  {same}", flush=True)
    return 0 if alike else 1


def digests(run: Path) -> Mapping[str, str]:
    """The digest of each table that a run wrote, as its manifest says."""
    tables = json.decode((run / "manifest.json").read_bytes())["tables"]
    return {name: table["digest"] for name, table in tables.items()}


if __name__ == "__main__":
    sys.exit(main())
