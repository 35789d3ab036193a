"""JSON's text of what has JSON's own types, as `to_json` writes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False)


def _json_text() -> Callable[[Any], str]:
    """Return the encoder's own core, where Python has it: `encode` makes it anew for each text, in half of its time."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _ENCODE.encode
    quote = json.encoder.encode_basestring
    is_sorted = skips_keys = allows_nan = False
    core = make(None, _ENCODE.default, quote, None, ":", ",", is_sorted, skips_keys, allows_nan)
    return lambda value: "".join(core(value, 0))


json_text: Final = _json_text()
