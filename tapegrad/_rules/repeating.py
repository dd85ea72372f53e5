"""Repeating and rolling entries."""
