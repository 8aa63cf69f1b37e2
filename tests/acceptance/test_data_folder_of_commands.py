"""The archive that a command works on is the one of --data, whatever the environment says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def fornix(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("fornix")), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_data_before_the_subcommand_outranks_the_environment(command_environment, tmp_path):
    told, other = tmp_path / "told", tmp_path / "other"

    done = fornix(command_environment | {"FORNIX_DATA": str(other)}, "--data", str(told), "show")

    assert (done.returncode, done.stderr) == (0, "")
    assert (told / "secret-key").is_file() or (told / "migrate.lock").is_file()
    assert not other.exists()
