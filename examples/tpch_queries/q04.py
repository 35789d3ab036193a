"""Q4, order priority checking: the orders of a quarter, by priority, of which a line came late."""

from __future__ import annotations

import datetime as dt

from ferra_sync import RowQuery, exists, from_
from ferra_sync import functions as fn

from .tables import Lineitem, Orders

SQL = """
select
    o_orderpriority,
    count(*) as order_count
from orders
where
    o_orderdate >= date '1993-07-01'
    and o_orderdate < date '1993-07-01' + interval '3' month
    and exists (
        select *
        from lineitem
        where l_orderkey = o_orderkey and l_commitdate < l_receiptdate
    )
group by o_orderpriority
order by o_orderpriority
"""


def order_priority_checking(date: dt.date) -> RowQuery[tuple[str, int]]:
    late = (
        from_(Lineitem)
        .correlate(Orders)
        .where(Lineitem.orderkey == Orders.orderkey, Lineitem.commitdate < Lineitem.receiptdate)
    )
    return (
        from_(Orders)
        .where(Orders.orderdate >= date, Orders.orderdate < date + fn.interval(months=3), exists(late))
        .group_by(Orders.orderpriority)
        .order_by(Orders.orderpriority)
        .select(Orders.orderpriority, fn.count())
    )
