"""Windows that slide over an array; functions along an axis."""
