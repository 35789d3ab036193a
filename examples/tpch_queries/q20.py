"""Q20, potential part promotion: the suppliers of a nation with more of a kind of part than half of a year's sales."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Lineitem, Nation, Part, PartSupp, Supplier

SQL = """
select
    s_name,
    s_address
from supplier, nation
where
    s_suppkey in (
        select ps_suppkey
        from partsupp
        where
            ps_partkey in (
                select p_partkey
                from part
                where p_name like 'forest%'
            )
            and ps_availqty > (
                select 0.5 * sum(l_quantity)
                from lineitem
                where
                    l_partkey = ps_partkey
                    and l_suppkey = ps_suppkey
                    and l_shipdate >= date '1994-01-01'
                    and l_shipdate < date '1994-01-01' + interval '1' year
            )
    )
    and s_nationkey = n_nationkey
    and n_name = 'CANADA'
order by s_name
"""


def potential_part_promotion(color: str, date: dt.date, nation: str) -> RowQuery[tuple[str, str]]:
    promoted = from_(Part).where(Part.name.startswith(color)).select(Part.partkey)
    half_of_sales = (
        from_(Lineitem)
        .correlate(PartSupp)
        .where(
            Lineitem.partkey == PartSupp.partkey,
            Lineitem.suppkey == PartSupp.suppkey,
            Lineitem.shipdate >= date,
            Lineitem.shipdate < date + fn.interval(years=1),
        )
        .select(Decimal("0.5") * fn.sum(Lineitem.quantity))
    )
    with_excess = (
        from_(PartSupp)
        .where(PartSupp.partkey.is_in(promoted), PartSupp.availqty > half_of_sales.scalar())
        .select(PartSupp.suppkey)
    )
    return (
        from_(Supplier)
        .inner_join(Nation)
        .where(Supplier.suppkey.is_in(with_excess), Nation.name == nation)
        .order_by(Supplier.name)
        .select(Supplier.name, Supplier.address)
    )
