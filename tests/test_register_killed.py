"""Several agents write in the register at once, and some are killed: nothing is lost, doubled or unlinked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agents import all_write
from tests.services import Postgres

AGENTS, EACH, KILLS = 4, 12, 4


def test_agents_killed_as_they_write_a_file_lose_and_double_nothing(tmp_path: Path) -> None:
    written = all_write(str(tmp_path / "register.db"), tmp_path, AGENTS, EACH, KILLS, seed=1)
    assert written.entries == AGENTS * (EACH + 1)
    assert written.kills > 0


@pytest.mark.xdist_group("postgres")
def test_agents_killed_as_they_write_to_a_server_lose_and_double_nothing(tmp_path: Path, postgres: Postgres) -> None:
    postgres.run("CREATE SCHEMA agents")
    written = all_write(f"{postgres.address}&schema=agents", tmp_path, AGENTS, EACH, KILLS, seed=2)
    assert written.entries == AGENTS * (EACH + 1)
    assert written.kills > 0
