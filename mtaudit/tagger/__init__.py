"""The learned error tagger over the language model's states."""
