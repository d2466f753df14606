"""What every test shares: how examples are drawn, and where snapshots live."""

from pathlib import Path

import pytest
from hypothesis import settings
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

# The same examples on every machine: a failure seen once is seen by everyone.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")


class ReadableSnapshot(SingleFileSnapshotExtension):
    """One text file a snapshot, `snapshots/<test file>/<test>.txt`, to be read as a doctor reads it."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"
    snapshot_dirname = Path(__file__).parent.parent / "snapshots"


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare a text with its snapshot; `pytest --snapshot-update` writes the new one."""
    return snapshot.use_extension(ReadableSnapshot)
