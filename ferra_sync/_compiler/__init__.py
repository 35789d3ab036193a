"""From a statement's shape to its SQL text and the types of its parameters: rendered once by PyPika, and kept.

PyPika is imported nowhere else. A value never comes here, and neither does a driver.
"""
