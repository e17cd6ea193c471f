"""The command line: one file a command; maps arguments, sets the exit code, nothing else."""
