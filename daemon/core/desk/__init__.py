"""The policy of the desk: tickets, people, and who gets which mail."""
