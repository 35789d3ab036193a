"""`ferra demo`: what the toolkit does, on a real PostgreSQL, checked as it goes."""
