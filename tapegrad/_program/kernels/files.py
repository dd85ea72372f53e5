"""Kernels as modules in files, where numba keeps its machine code beside them."""

from __future__ import annotations

from hashlib import sha256
from importlib.util import find_spec, module_from_spec, spec_from_file_location
import os
from pathlib import Path
import sys
import tempfile
from threading import Lock
from types import ModuleType

VARIABLE = "TAPEGRAD_CACHE"
"""The environment variable that names another directory."""
_loading = Lock()


def require_numba() -> None:
    """`ImportError` naming the remedy where there is no numba."""
    if find_spec("numba") is None:
        raise ImportError("compile(f, backend='numba') needs numba: python -m pip install 'tapegrad[numba]'")


def directory() -> Path:
    """Where kernels are kept: the user's directory for caches, unless TAPEGRAD_CACHE names another."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    if sys.platform == "darwin":
        base = "~/Library/Caches"
    elif sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return Path(base).expanduser() / "tapegrad"


def module(source: str) -> ModuleType:
    """The module with this source, from the file of its own that the cache has for it."""
    name = f"tapegrad_kernels_{sha256(source.encode()).hexdigest()[:32]}"
    with _loading:
        if name not in sys.modules:
            spec = spec_from_file_location(name, _file(name, source))
            if spec is None or spec.loader is None:
                raise ImportError(f"cannot import {name}")
            made = module_from_spec(spec)
            sys.modules[name] = made  # where numba looks for it
            try:
                spec.loader.exec_module(made)
            except BaseException:
                del sys.modules[name]
                raise
        return sys.modules[name]


def _file(name: str, source: str) -> Path:
    """The file, written if it is not there already; in a directory for this process alone where the cache is closed."""
    try:
        return _written(directory(), name, source)
    except OSError:
        return _written(Path(tempfile.mkdtemp(prefix="tapegrad")), name, source)


def _written(home: Path, name: str, source: str) -> Path:
    """Other processes may do the same: the file comes into being whole, under its name, or not at all."""
    path = home / f"{name}.py"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != source:
        handle, temporary = tempfile.mkstemp(suffix=".tmp", dir=home)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(source)
        os.replace(temporary, path)
    return path
