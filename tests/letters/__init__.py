"""The letters as their readers see them."""
