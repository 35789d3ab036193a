"""The rules that several models share, as attrs validators; a message names the field and never quotes the value."""

from __future__ import annotations

from decimal import Decimal

import attrs


def not_empty(_model: object, field: attrs.Attribute[str], value: str) -> None:
    """Refuse an empty text."""
    if not value:
        raise ValueError(f"{field.name} cannot be empty")


def email_address(_model: object, field: attrs.Attribute[str], value: str) -> None:
    """Refuse a text without an @."""
    if "@" not in value:
        raise ValueError(f"{field.name} must contain an @")


def positive(_model: object, field: attrs.Attribute[Decimal], value: Decimal) -> None:
    """Refuse zero and less."""
    if value <= 0:
        raise ValueError(f"{field.name} must be positive")


def not_negative(_model: object, field: attrs.Attribute[int], value: int) -> None:
    """Refuse less than zero."""
    if value < 0:
        raise ValueError(f"{field.name} cannot be negative")
