"""What a new machine lacks is said in our words."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT

WITHOUT_ENSUREPIP = f"""#!/bin/sh
case "$*" in *ensurepip*) exit 1;; esac
exec {sys.executable} "$@"
"""


def test_a_python_that_makes_no_environments_is_told_with_the_package_that_mends_it(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(WITHOUT_ENSUREPIP)
    python.chmod(0o755)

    told = subprocess.run(
        ["/usr/bin/env", "make", "install", f"PYTHON={python}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode != 0
    assert told.stderr.count("apt-get install python3-venv") == 2
    assert not (tmp_path / ".venv").exists()
