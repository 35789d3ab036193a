"""Q17, small-quantity-order revenue: what would be lost a year without orders of small quantities of some parts."""

from __future__ import annotations

from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Lineitem, Part

SQL = """
select sum(l_extendedprice) / 7.0 as avg_yearly
from lineitem, part
where
    p_partkey = l_partkey
    and p_brand = 'Brand#23'
    and p_container = 'MED BOX'
    and l_quantity < (
        select 0.2 * avg(l_quantity)
        from lineitem
        where l_partkey = p_partkey
    )
"""


def small_quantity_revenue(brand: str, container: str) -> RowQuery[Decimal | None]:
    small = (
        from_(Lineitem)
        .correlate(Part)
        .where(Lineitem.partkey == Part.partkey)
        .select(Decimal("0.2") * fn.avg(Lineitem.quantity))
    )
    return (
        from_(Lineitem)
        .inner_join(Part)
        .where(Part.brand == brand, Part.container == container, Lineitem.quantity < small.scalar())
        .select(fn.sum(Lineitem.extendedprice) / Decimal("7.0"))
    )
