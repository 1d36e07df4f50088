"""Reading what the operator declares: places in the file, each table by itself, and what must agree with what."""
