"""Every exception that tapegrad raises of its own. Each says what happened, where, and what to write instead."""

from __future__ import annotations


class TapegradError(Exception):
    """The base of tapegrad's own exceptions."""


class MissingRuleError(TapegradError, NotImplementedError):
    """A function was applied to a differentiated, batched or recorded value, and tapegrad has no rule for it."""


class MissingMethodError(MissingRuleError, AttributeError):
    """A method of an array was used on such a value, and tapegrad has no rule for it."""


class ConversionError(TapegradError, TypeError):
    """A differentiated value was to become a plain number or array, which would lose its gradient."""


class SealedTapeError(TapegradError, RuntimeError):
    """A tape was used before its block or after it, or a Variable after its tape or transform has ended."""


class SegmentError(TapegradError, RuntimeError):
    """A checkpointed function did not do the same when it ran again, or a value left it on a side way."""


class DomainError(TapegradError, TypeError):
    """Something that has no derivative stands where a differentiable number is needed."""


class BatchError(TapegradError, TypeError):
    """A function under `vmap` did what has no meaning for a whole batch at once, or its axes do not fit."""


class ConcretizationError(TapegradError, TypeError):
    """While a Program was recorded, Python asked for a value that is known only when it runs."""
