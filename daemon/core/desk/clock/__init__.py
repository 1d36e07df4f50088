"""What time alone brings about: one file a rule, and one table that asks for what is due."""
