"""What a running database tells."""
