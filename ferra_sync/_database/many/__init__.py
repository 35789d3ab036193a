"""Many rows in one call: all of them or none, told apart by their place among those given."""
