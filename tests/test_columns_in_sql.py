"""What Polars agrees on with the first derivation, SQL does too: on policies drawn at random, full of negations."""

from __future__ import annotations

from random import Random
from typing import Any as Anything

import ibis
import pytest

from engine.engines.engine import SqlEngine
from tests.differential import Bench
from tests.test_columns import a_policy, agree, drawn

POLICIES = (8, 13)
"""The seeds of the policies; under the last, reasons once hung on how a negation is written."""
DOCTORS = 60
NOBODY = 10**6


class InDuckdb(SqlEngine):
    """DuckDB over tables in memory, asked as by a run."""

    def __init__(self) -> None:
        super().__init__()
        self.backend = ibis.duckdb.connect()

    def to_pyarrow(self, expression: Anything, **_options: object) -> Anything:
        """As a backend of Ibis does."""
        return self.found(expression)

    def _fetched(self, query: str, schema: Anything) -> Anything:
        return self.backend.con.sql(query).to_arrow_table().cast(schema)

    def _hold(self, first: str, last: str) -> None:
        raise NotImplementedError

    def _keep(self, query: str) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("seed", POLICIES)
def test_columns_in_sql_agree_on_random_policies(seed: int) -> None:
    random = Random(f"policy {seed}")
    files, policy = a_policy(seed, random)
    bench = Bench(files, policy, priced=False)
    bench.backend = InDuckdb()
    found = agree(bench, drawn(files, policy, random, DOCTORS), f"policy {seed}", priced=NOBODY)
    assert found.columns > DOCTORS // 4
