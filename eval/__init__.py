"""Measuring: scripts over annotated data, run by hand; nothing here is installed."""
