"""Jobs that can die, queues whose rows are leased, and notifications: each imported by those who use it."""
