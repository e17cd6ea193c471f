"""Where names come from: one reader a source."""
