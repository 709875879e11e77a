"""`python -m tests.cluster`: a PostgreSQL server's files with the portal's tables, in DATA_DIR."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import servers

if __name__ == "__main__":
    with servers.postgresql(Path(os.environ["DATA_DIR"]), hasty=True) as database:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            env=os.environ | {"DATABASE_URL": database},
            check=True,
        )
