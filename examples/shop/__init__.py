"""A shop's services: the rules of the trade in one place, and what went wrong in its own words."""
