"""The database itself refuses that a line be changed, or a link dropped."""

from __future__ import annotations

from alembic import op

revision = "2"
down_revision = "1"

KEPT = {"links": ("UPDATE", "DELETE"), "entries": ("UPDATE",)}


def upgrade() -> None:
    """Have each table refuse what must never be done to its lines."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the register is append-only'; END $$"
        )
    for table, changes in KEPT.items():
        for change in changes:
            op.execute(_refusing(table, change, op.get_bind().dialect.name))


def _refusing(table: str, change: str, dialect: str) -> str:
    trigger = f"CREATE TRIGGER {table}_refuse_{change.lower()} BEFORE {change} ON {table}"
    if dialect == "postgresql":
        return f"{trigger} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    return f"{trigger} BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
