"""What the benchmarks share: child processes, peak memory, medians."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from statistics import median
from typing import Any


def peak_mb() -> float:
    """Return the highest resident memory this process ever had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def child(module: str, *arguments: str) -> dict[str, Any]:
    """Run a benchmark module in a process of its own; return the JSON object it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def spread(values: list[float]) -> str:
    """Return "median (min–max)" of some figures."""
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"
