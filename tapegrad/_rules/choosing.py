"""Choosing among arrays by positions and conditions."""
