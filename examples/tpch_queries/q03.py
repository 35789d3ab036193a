"""Q3, shipping priority: the orders of the highest revenue that were not shipped at a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Customer, Lineitem, Orders

SQL = """
select
    l_orderkey,
    sum(l_extendedprice * (1 - l_discount)) as revenue,
    o_orderdate,
    o_shippriority
from customer, orders, lineitem
where
    c_mktsegment = 'BUILDING'
    and c_custkey = o_custkey
    and l_orderkey = o_orderkey
    and o_orderdate < date '1995-03-15'
    and l_shipdate > date '1995-03-15'
group by l_orderkey, o_orderdate, o_shippriority
order by revenue desc, o_orderdate
limit 10
"""


def shipping_priority(segment: str, date: dt.date) -> RowQuery[tuple[int, Decimal | None, dt.date, int]]:
    revenue = fn.sum(Lineitem.extendedprice * (1 - Lineitem.discount))
    return (
        from_(Customer)
        .inner_join(Orders)
        .inner_join(Lineitem)
        .where(Customer.mktsegment == segment, Orders.orderdate < date, Lineitem.shipdate > date)
        .group_by(Lineitem.orderkey, Orders.orderdate, Orders.shippriority)
        .order_by(revenue.desc(), Orders.orderdate)
        .limit(10)
        .select(Lineitem.orderkey, revenue, Orders.orderdate, Orders.shippriority)
    )
