"""SciPy's functions under precise types; those too that SciPy's own modules would not hand over to tapegrad."""

from importlib.util import find_spec

if find_spec("scipy") is None:
    raise ImportError("tapegrad.scipy needs SciPy: python -m pip install 'tapegrad[scipy]'")
