"""SQL types, shapes and the operators that build them: `Expr` and `Column`, whose values stand beside their shape.

Nothing here knows a table's declaration, a model, a statement or a driver.
"""
