"""How machine translation breaks a name: one file a channel, each with its probability."""
