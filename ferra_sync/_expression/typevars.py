"""The type variables, and what each says wherever it stands.

S    the tables that an expression needs: a union of `In[Table]` and `Opt[In[Table]]`; of a write or a model, its table
V, N an expression's value is `V | N`: N is None where it may be NULL, else Never
W    what a value beside an expression may be: V, and what PostgreSQL takes for it
G    Plain, a value of one row, or Aggregate, one over many; a constant is Never and fits both
Sel  what a query may select as it is; of the nullable side it may select `Opt[App]`
App  what where, on and order_by may name
R    a row; T: whatever it may be
K    a primary key
A …  the items of a select list, the arguments of a function

A second and a third of a kind have a number; those that end in `a`, `b` … are of arguments that may be left out, or be
values, and are Never where they are; `SOr…` are S where they are left out, `OrAny` is Any where nothing says it; SelA
and AppA are Sel and App of what a write reads beside its table. `_co` is covariant, `_contra` contravariant. Those that
are bound to a class, or are one of several, stand beside it.
"""

from __future__ import annotations

import sys
from typing import Any, Never

if sys.version_info >= (3, 13):
    from typing import TypeVar
else:
    from typing_extensions import TypeVar

S = TypeVar("S")
S2 = TypeVar("S2")
S3 = TypeVar("S3")
V = TypeVar("V")
N = TypeVar("N")
N2 = TypeVar("N2")
N3 = TypeVar("N3")
W = TypeVar("W")
G = TypeVar("G")
G2 = TypeVar("G2")
G3 = TypeVar("G3")
Sel = TypeVar("Sel")
App = TypeVar("App")
R = TypeVar("R")
T = TypeVar("T")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
K = TypeVar("K")

SOrA = TypeVar("SOrA", default=S)
SOrB = TypeVar("SOrB", default=S)
SOrC = TypeVar("SOrC", default=S)

OrAny = TypeVar("OrAny", default=Any)

Sa = TypeVar("Sa", default=Never)
SelA = TypeVar("SelA", default=Never)
AppA = TypeVar("AppA", default=Never)
Sb = TypeVar("Sb", default=Never)
Sc = TypeVar("Sc", default=Never)
Na = TypeVar("Na", default=Never)
Ga = TypeVar("Ga", default=Never)

S_co = TypeVar("S_co", covariant=True)
V_co = TypeVar("V_co", covariant=True)
N_co = TypeVar("N_co", covariant=True)
W_co = TypeVar("W_co", covariant=True)
G_co = TypeVar("G_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)
K_co = TypeVar("K_co", covariant=True)
