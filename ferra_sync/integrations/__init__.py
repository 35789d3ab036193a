"""Frameworks and what else ferra_sync is used in; each is a module that needs an extra of the same name."""
