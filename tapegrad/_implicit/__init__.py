"""Derivatives of what an algorithm finds: by the equation that the result satisfies, not by the algorithm's steps."""
