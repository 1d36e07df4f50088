"""The bytes of a message taken apart within limits: fields, parts, charsets, names."""
