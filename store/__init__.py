"""The nouns of triaged and their keeping: what the desk remembers, and how it survives a crash."""
