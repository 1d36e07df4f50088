"""Judging a request against the team's written definition of an emergency."""
