"""The same run on every engine: times, memory, and whether the tables written are the same bytes.

    .venv/bin/python bench/national/engines.py                        # 10,000 doctors on each engine
    .venv/bin/python bench/national/engines.py --doctors 1000000 --engines duckdb polars postgres

`postgres` is a server of its own, started for the runs and thrown away; an address may be given instead. Whole
processes are measured: Spark's starts a Java machine each time, and what a PostgreSQL server takes is not counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from compare import FORFAIT, ROOT, population
from measure import Failed, Measured, measured
from msgspec import json

sys.path.insert(0, str(ROOT))

from tests import services

ENGINES = ("duckdb", "polars", "postgres", "spark://local[2]")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--doctors", type=int, default=10_000)
    parser.add_argument("--engines", nargs="+", default=ENGINES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "forfait-bench")
    asked = parser.parse_args()
    data, out = population(asked.keep, asked.doctors, asked.seed), asked.keep / "engine"
    print(f"{asked.doctors:,} doctors\n\n{'engine':<20} {'seconds':>8} {'processor':>9} {'MiB':>6}  tables")
    written: list[Mapping[str, str]] = []
    failures = 0
    with server("postgres" in asked.engines) as address:
        for name in asked.engines:
            try:
                found = run(data, out, address if name == "postgres" else name)
            except Failed as failed:
                failures += 1
                print(f"{name:<20} {str(failed).splitlines()[-1]}", flush=True)
                continue
            written.append(digests(out))
            same = "same bytes" if written[-1] == written[0] else "OTHER BYTES"
            figures = f"{found.wall:>8.2f} {found.processor:>9.2f} {found.peak / 2**20:>6.0f}"
            print(f"{name.split('@')[-1]:<20} {figures}  {same}", flush=True)
    rmtree(out, ignore_errors=True)
    return 0 if not failures and all(one == written[0] for one in written) else 1


@contextmanager
def server(wanted: bool) -> Iterator[str]:
    """The address of a PostgreSQL server of our own; nothing when it is not wanted."""
    commands = services._commands() if wanted else None
    if commands is None:
        yield ""
        return
    with services._server(commands) as started:
        yield started.address


def run(data: Path, out: Path, engine: str) -> Measured:
    """A whole run on an engine, in a folder made anew. Raises Failed."""
    rmtree(out, ignore_errors=True)
    options = ("run", "--year", "2023", "--data", str(data), "--out", str(out), "--engine", engine)
    return measured((*FORFAIT, *options))


def digests(out: Path) -> Mapping[str, str]:
    """The digest of each table that a run wrote, as its manifest says."""
    tables = json.decode((out / "manifest.json").read_bytes())["tables"]
    return {name: table["digest"] for name, table in tables.items()}


if __name__ == "__main__":
    sys.exit(main())
