"""Names: a knowledge base, and the channels through which translation garbles a name."""
