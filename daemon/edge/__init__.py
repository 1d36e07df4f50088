"""The doors: each speaks one protocol and decides nothing."""
