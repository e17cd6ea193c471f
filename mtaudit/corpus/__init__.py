"""Corpora: scored rows in, kept rows and summaries out."""
