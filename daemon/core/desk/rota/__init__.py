"""The rota by mail: what members say of turns, and what the desk writes to them when turns begin and end."""
