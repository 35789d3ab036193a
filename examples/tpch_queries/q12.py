"""Q12, shipping modes and order priority: whether a cheap mode makes urgent orders late."""

from __future__ import annotations

import datetime as dt

from ferra_sync import RowQuery, case, from_
from ferra_sync import functions as fn

from .tables import Lineitem, Orders

SQL = """
select
    l_shipmode,
    sum(case when o_orderpriority = '1-URGENT' or o_orderpriority = '2-HIGH' then 1 else 0 end) as high_line_count,
    sum(case when o_orderpriority <> '1-URGENT' and o_orderpriority <> '2-HIGH' then 1 else 0 end) as low_line_count
from orders, lineitem
where
    o_orderkey = l_orderkey
    and l_shipmode in ('MAIL', 'SHIP')
    and l_commitdate < l_receiptdate
    and l_shipdate < l_commitdate
    and l_receiptdate >= date '1994-01-01'
    and l_receiptdate < date '1994-01-01' + interval '1' year
group by l_shipmode
order by l_shipmode
"""


def shipping_modes(shipmode1: str, shipmode2: str, date: dt.date) -> RowQuery[tuple[str, int | None, int | None]]:
    high = (Orders.orderpriority == "1-URGENT") | (Orders.orderpriority == "2-HIGH")
    low = (Orders.orderpriority != "1-URGENT") & (Orders.orderpriority != "2-HIGH")
    return (
        from_(Orders)
        .inner_join(Lineitem)
        .where(
            Lineitem.shipmode.is_in([shipmode1, shipmode2]),
            Lineitem.commitdate < Lineitem.receiptdate,
            Lineitem.shipdate < Lineitem.commitdate,
            Lineitem.receiptdate >= date,
            Lineitem.receiptdate < date + fn.interval(years=1),
        )
        .group_by(Lineitem.shipmode)
        .order_by(Lineitem.shipmode)
        .select(Lineitem.shipmode, fn.sum(case((high, 1), otherwise=0)), fn.sum(case((low, 1), otherwise=0)))
    )
