"""What the desk keeps of one person: found, handed out, and erased; and what is forgotten by age."""
