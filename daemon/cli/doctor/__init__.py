"""What `triaged check` asks of the world: the relay, the DNS, the clocks of others, the server before the desk."""
