"""What the digests show."""
