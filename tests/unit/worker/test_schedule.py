"""When a job runs next."""

from __future__ import annotations

import pytest

from fornix.worker.schedule import delay_s

HOUR = 3600.0


@pytest.mark.parametrize(
    ("failures", "chance", "expected"),
    [
        pytest.param(0, 0.5, HOUR, id="as usual"),
        pytest.param(0, 0.0, HOUR * 0.9, id="earliest"),
        pytest.param(0, 1.0, HOUR * 1.1, id="latest"),
        pytest.param(1, 0.5, 5.0, id="soon after a failure"),
        pytest.param(4, 0.5, 40.0, id="doubling"),
        pytest.param(500, 0.5, HOUR, id="never later than usual"),
    ],
)
def test_a_job_runs_again_after(failures, chance, expected):
    assert delay_s(HOUR, failures, chance) == pytest.approx(expected)
