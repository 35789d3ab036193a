"""Q11, important stock identification: the parts that are a notable share of a nation's stock."""

from __future__ import annotations

from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Nation, PartSupp, Supplier

SQL = """
select
    ps_partkey,
    sum(ps_supplycost * ps_availqty) as value
from partsupp, supplier, nation
where
    ps_suppkey = s_suppkey
    and s_nationkey = n_nationkey
    and n_name = 'GERMANY'
group by ps_partkey
having
    sum(ps_supplycost * ps_availqty) > (
        select sum(ps_supplycost * ps_availqty) * 0.0001
        from partsupp, supplier, nation
        where
            ps_suppkey = s_suppkey
            and s_nationkey = n_nationkey
            and n_name = 'GERMANY'
    )
order by value desc
"""


def important_stock(nation: str, fraction: Decimal) -> RowQuery[tuple[int, Decimal | None]]:
    stock = from_(PartSupp).inner_join(Supplier).inner_join(Nation).where(Nation.name == nation)
    value = fn.sum(PartSupp.supplycost * PartSupp.availqty)
    return (
        stock.group_by(PartSupp.partkey)
        .having(value > stock.select(value * fraction).scalar())
        .order_by(value.desc())
        .select(PartSupp.partkey, value)
    )
