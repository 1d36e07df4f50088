"""What the daemon does about its own process."""

import resource
import subprocess
import sys

LITTLE = """
import resource
from daemon.run import open_many_files
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
open_many_files()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_limit_of_open_files_is_raised_towards_the_hard_one() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    told = subprocess.run([sys.executable, "-c", LITTLE], capture_output=True, text=True, check=True).stdout
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(65536, hard)
    assert [int(part) for part in told.split()] == [wanted, hard]
