"""The language model: registry and import, exact scoring. The only place that imports torch."""
