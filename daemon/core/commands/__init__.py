"""What members may say: the grammar, how a mail is read by it, who may say what when, and what it moves of a ticket."""
