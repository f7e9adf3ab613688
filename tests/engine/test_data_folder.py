"""Who else on the machine may look into the data."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_data_folder_and_its_key_are_for_their_owner_alone(tmp_path):
    folder = tmp_path / "var" / "portal"
    environment = {**os.environ, "KM_DATA_DIR": str(folder), "DATABASE_URL": "sqlite://", "SECRET_KEY": ""}
    code = "import os; os.umask(0o022); import kmportal.settings"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600
