"""The environment of the other programs: made once beside the project's own, never mixed with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_HOME = _HERE.parents[2] / ".venv-rivals"
_PYTHON = _HOME / "bin" / "python"
_INSTALLED = _HOME / "installed.txt"


def install() -> bool:
    """Install what `requirements.txt` pins, unless it is there; say why where that cannot be done."""
    wanted = (_HERE / "requirements.txt").read_text()
    if _INSTALLED.exists() and _INSTALLED.read_text() == wanted:
        return True
    print("installing Scrapy and dlt into .venv-rivals (once)", file=sys.stderr, flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_HOME)], check=True)
        subprocess.run(
            [_PYTHON, "-m", "pip", "install", "--quiet", "-r", str(_HERE / "requirements.txt")], check=True
        )
    except subprocess.CalledProcessError as error:
        print(f"not compared with Scrapy and dlt: {error}", file=sys.stderr)
        return False
    _INSTALLED.write_text(wanted)
    return True


def run(script: str, *arguments: str) -> dict[str, Any]:
    """Run one of the scripts beside this file; return the JSON object it prints."""
    done = subprocess.run(
        [_PYTHON, "-W", "ignore", str(_HERE / script), *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
