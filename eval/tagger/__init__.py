"""Training and measuring the error tagger."""
