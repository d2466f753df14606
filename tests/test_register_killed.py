"""Several agents write in the register at once, and some are killed: nothing is lost, doubled or unlinked."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.problems import Invalid
from engine.register.acts import Closed, Opened
from engine.register.filing import file
from tests.agents import DAY, YEAR, all_write
from tests.registers import DOCTOR
from tests.services import Postgres

AGENTS, EACH, KILLS = 4, 8, 3


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


def closings(where: str) -> Counter[str]:
    """What several agents are answered who close a case at once."""
    file(where, DOCTOR, YEAR, "agent 0", DAY, Opened())

    def close(agent: int) -> str:
        try:
            file(where, DOCTOR, YEAR, f"agent {agent}", DAY, Closed())
        except Invalid as invalid:
            return invalid.problems[0].code
        return "entered"

    with ThreadPoolExecutor(AGENTS) as pool:
        return Counter(pool.map(close, range(AGENTS)))


def test_an_act_is_judged_by_what_others_entered_just_before(tmp_path: Path) -> None:
    assert closings(str(tmp_path / "register.db")) == {"entered": 1, "already_closed": AGENTS - 1}


@pytest.mark.xdist_group("postgres")
def test_an_act_is_judged_by_what_others_entered_just_before_on_a_server(postgres: Postgres) -> None:
    postgres.run("CREATE SCHEMA closings")
    assert closings(f"{postgres.address}&schema=closings") == {"entered": 1, "already_closed": AGENTS - 1}
