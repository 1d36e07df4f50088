"""Messages that may not leave the house, since a virus scanner found something in them or did not look yet."""
