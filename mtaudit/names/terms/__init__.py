"""Readers of other people's glossaries."""
