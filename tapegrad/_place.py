"""Where in the user's code something happened: error messages name that line."""

from __future__ import annotations

from os.path import basename
import sys
from types import FrameType

_PACKAGES = tuple(
    f"{name}." for name in ("tapegrad", "numpy", "scipy", "optree", "attr", "attrs", "contextlib", "functools")
)


def user_frame() -> FrameType:
    """The innermost frame outside of the libraries."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (
        f"{frame.f_globals.get('__name__', '')}.".startswith(_PACKAGES)
        or frame.f_code.co_filename.startswith("<attrs generated")
    ):
        frame = frame.f_back
    return frame


def user_line() -> str:
    """The innermost line outside of the libraries, as `file.py:12, in f`."""
    frame = user_frame()
    return f"{basename(frame.f_code.co_filename)}:{frame.f_lineno}, in {frame.f_code.co_name}"
