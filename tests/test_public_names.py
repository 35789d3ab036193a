from __future__ import annotations

import inspect

import ferra_sync
from ferra_sync import functions, types

