"""Audits machine-translated English news before it is published."""

__version__ = "0.1.0"
