"""What the digests show: figures become a value that a letter can be written of."""
