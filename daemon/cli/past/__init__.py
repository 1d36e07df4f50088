"""`triaged import`: an old mailbox is looked through, read by several processes, and carried into the store."""
