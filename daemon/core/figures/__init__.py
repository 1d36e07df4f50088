"""The figures of a desk: what a day and a week came to, worked out from what the store counted."""
