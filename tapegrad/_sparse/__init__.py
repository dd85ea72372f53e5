"""Which inputs an output depends on, and sparse derivatives from few sweeps. SciPy, which they need, is an extra."""

from importlib.util import find_spec

if find_spec("scipy") is None:
    raise ImportError("tapegrad.sparse needs SciPy: python -m pip install 'tapegrad[scipy]'")
