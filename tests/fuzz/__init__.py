"""Inputs that nobody would write by hand: what must hold for each of them, and who makes them up."""
