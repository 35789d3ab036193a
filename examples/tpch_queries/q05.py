"""Q5, local supplier volume: the revenue in each nation of a region where customer and supplier are both of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Customer, Lineitem, Nation, Orders, Region, Supplier

SQL = """
select
    n_name,
    sum(l_extendedprice * (1 - l_discount)) as revenue
from customer, orders, lineitem, supplier, nation, region
where
    c_custkey = o_custkey
    and l_orderkey = o_orderkey
    and l_suppkey = s_suppkey
    and c_nationkey = s_nationkey
    and s_nationkey = n_nationkey
    and n_regionkey = r_regionkey
    and r_name = 'ASIA'
    and o_orderdate >= date '1994-01-01'
    and o_orderdate < date '1994-01-01' + interval '1' year
group by n_name
order by revenue desc
"""


def local_supplier_volume(region: str, date: dt.date) -> RowQuery[tuple[str, Decimal | None]]:
    revenue = fn.sum(Lineitem.extendedprice * (1 - Lineitem.discount))
    return (
        from_(Customer)
        .inner_join(Orders)
        .inner_join(Lineitem)
        .inner_join(Supplier)
        .inner_join(Nation, on=Supplier.nationkey == Nation.nationkey)
        .inner_join(Region)
        .where(
            Customer.nationkey == Supplier.nationkey,
            Region.name == region,
            Orders.orderdate >= date,
            Orders.orderdate < date + fn.interval(years=1),
        )
        .group_by(Nation.name)
        .order_by(revenue.desc())
        .select(Nation.name, revenue)
    )
