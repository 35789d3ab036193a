"""The parts of the Flask integration; `ferra_sync.integrations.flask` hands on what is public."""
