"""The counts of 2023 by SQL written for DuckDB: from a folder of flows to a folder of tables.

    .venv/bin/python bench/measuring/by_sql.py FLOWS OUT [--memory 8GB] [--threads 2]

`count.sql` is all of it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import duckdb

TABLES = ("counts", "measures", "facts")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flows", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--memory")
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    settings = {"memory_limit": asked.memory, "threads": asked.threads}
    with tempfile.TemporaryDirectory(dir=asked.out.parent) as spilled:
        config = {name: value for name, value in settings.items() if value is not None}
        connection = duckdb.connect(config={**config, "temp_directory": spilled, "preserve_insertion_order": False})
        connection.execute("SET VARIABLE flows = ?", [str(asked.flows)])
        for statement in duckdb.extract_statements(Path(__file__).with_name("count.sql").read_text("utf-8")):
            connection.execute(statement)
        asked.out.mkdir()
        for name in TABLES:
            connection.execute(
                f"COPY (FROM {name} ORDER BY ALL) TO '{asked.out / name}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )


if __name__ == "__main__":
    main()
