"""Reading and writing mail: bytes to Message, and words back to bytes."""
