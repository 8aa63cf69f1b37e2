"""Looking for instances by their UIDs costs the same in a small and in a large project."""

import pytest
from django.db import connection

from fornix.ingest.instances import files_of_instances

pytestmark = pytest.mark.django_db


def test_instances_of_a_project_are_found_by_the_index_of_uids():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by what it has counted")

    plan = files_of_instances(["1.2.3", "1.2.4"]).filter(resource__session__project=1).explain()

    assert "fornix_file USING INDEX file_instance" in plan
