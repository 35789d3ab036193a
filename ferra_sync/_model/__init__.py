"""attrs models: held against their tables when they are declared, and rows of them checked before they are written.

A model is made of data here, of dicts and documents, never of a driver's rows. Filters and sort keys are read here from
what comes from outside. What a select list of models means is said here too; no query is built and no SQL.
"""
