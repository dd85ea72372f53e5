"""Appending, inserting, deleting entries."""
