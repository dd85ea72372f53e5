"""The rules for SciPy, in its modules' own names. Each is imported when it is needed: SciPy is an extra."""

from tapegrad._core.tables import LATE

LATE["scipy.special"] = "tapegrad._scipy.special"
