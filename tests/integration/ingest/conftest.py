"""An empty archive with the store that the settings name."""

import pytest
from tests.integration.ingest.archive import Archive

from fornix import wiring


@pytest.fixture
def archive(db) -> Archive:
    return Archive(wiring.store())
