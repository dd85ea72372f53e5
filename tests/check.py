"""Every check of the project, in one command: `python tests/check.py`."""

from __future__ import annotations

from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {
    "lint": ("ruff", "check"),
    "format": ("ruff", "format", "--check"),
    "mypy": ("mypy",),
    "pyright": ("pyright", "--pythonpath", sys.executable),
    "tests": ("pytest", "--numprocesses=auto"),
}


def passes(name: str, module: str, *arguments: str) -> bool:
    """Run one check, with its output passed straight through."""
    print(f"\n--- {name}: {' '.join((module, *arguments))}", flush=True)
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Run all checks, also after one has failed, and say which did."""
    failed = [name for name, command in CHECKS.items() if not passes(name, *command)]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
