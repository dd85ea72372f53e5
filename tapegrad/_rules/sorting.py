"""Sorting: sort, partition, argsort and their kin."""
