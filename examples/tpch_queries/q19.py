"""Q19, discounted revenue: what parts of three brands brought that went by air and were handed over in person."""

from __future__ import annotations

from decimal import Decimal

from ferra_sync import Expr, In, Plain, RowQuery, from_
from ferra_sync import functions as fn

from .tables import Lineitem, Part

SQL = """
select sum(l_extendedprice * (1 - l_discount)) as revenue
from lineitem, part
where
    (
        p_partkey = l_partkey
        and p_brand = 'Brand#12'
        and p_container in ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG')
        and l_quantity >= 1 and l_quantity <= 1 + 10
        and p_size between 1 and 5
        and l_shipmode in ('AIR', 'AIR REG')
        and l_shipinstruct = 'DELIVER IN PERSON'
    ) or (
        p_partkey = l_partkey
        and p_brand = 'Brand#23'
        and p_container in ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK')
        and l_quantity >= 10 and l_quantity <= 10 + 10
        and p_size between 1 and 10
        and l_shipmode in ('AIR', 'AIR REG')
        and l_shipinstruct = 'DELIVER IN PERSON'
    ) or (
        p_partkey = l_partkey
        and p_brand = 'Brand#34'
        and p_container in ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG')
        and l_quantity >= 20 and l_quantity <= 20 + 10
        and p_size between 1 and 15
        and l_shipmode in ('AIR', 'AIR REG')
        and l_shipinstruct = 'DELIVER IN PERSON'
    )
"""

SMALL = ("SM CASE", "SM BOX", "SM PACK", "SM PKG")
MEDIUM = ("MED BAG", "MED BOX", "MED PKG", "MED PACK")
LARGE = ("LG CASE", "LG BOX", "LG PACK", "LG PKG")


def discounted_revenue(
    small: tuple[str, int], medium: tuple[str, int], large: tuple[str, int]
) -> RowQuery[Decimal | None]:
    """Each parameter is a brand and the least quantity."""
    return (
        from_(Lineitem)
        .inner_join(Part)
        .where(
            kind(*small, SMALL, 5) | kind(*medium, MEDIUM, 10) | kind(*large, LARGE, 15),
            Lineitem.shipmode.is_in(["AIR", "AIR REG"]),
            Lineitem.shipinstruct == "DELIVER IN PERSON",
        )
        .select(fn.sum(Lineitem.extendedprice * (1 - Lineitem.discount)))
    )


def kind(
    brand: str, quantity: int, containers: tuple[str, ...], size: int
) -> Expr[In[Lineitem] | In[Part], bool, None, Plain]:
    return (
        (Part.brand == brand)
        & Part.container.is_in(containers)
        & Lineitem.quantity.between(quantity, quantity + 10)
        & Part.size.between(1, size)
    )
