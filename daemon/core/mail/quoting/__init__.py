"""What mail programs write around quoted, forwarded and signed text, language by language."""
