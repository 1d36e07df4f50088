"""The package as a stranger gets it: built from the tree, and installed where nothing else of the tree can be seen."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with the wheel in it, and a folder that holds the tests and nothing else of the tree."""

    python: Path
    away: Path

    def run(self, *words: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python from a folder outside of the tree."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
        return subprocess.run(
            [self.python, *words],
            cwd=cwd or self.away,
            env={**kept, "COLUMNS": "100", **environ},
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )

    def triaged(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run the command that the wheel installed."""
        return self.run(str(self.python.parent / "triaged"), *words, cwd=cwd)


def build(tree: Path, folder: Path, *targets: str) -> None:
    """Build the wheel, the sdist or both of a tree, by its own build backend and without a network."""
    wanted = [word for target in targets for word in ("-t", target)]
    subprocess.run([sys.executable, "-m", "hatchling", "build", *wanted, "-d", str(folder)], cwd=tree, check=True)


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist; returns the one folder in it."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (tree,) = folder.iterdir()
    return tree


def install(wheel: Path, folder: Path) -> Environment:
    """Install a wheel in an environment of its own, beside the packages that the tests themselves run on.

    Those packages are seen by a path line alone, so that what is installed editable among them is not.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    python = folder / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", str(wheel)], check=True)
    (site,) = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "zz_of_the_tests.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    away = folder / "away"
    shutil.copytree(ROOT / "tests", away / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", away)  # how pytest is to be run
    return Environment(python, away)
