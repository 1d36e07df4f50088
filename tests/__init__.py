"""The tests, which read as a specification and mirror the code."""
