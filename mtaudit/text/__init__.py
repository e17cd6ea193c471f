"""Characters, words, sentences and languages, with offsets that always lead back."""
