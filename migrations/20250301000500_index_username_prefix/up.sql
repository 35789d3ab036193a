CREATE INDEX users_username_prefix_idx ON users (username varchar_pattern_ops);
