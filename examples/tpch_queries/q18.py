"""Q18, large volume customer: who placed orders of a very large quantity."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Customer, Lineitem, Orders

SQL = """
select
    c_name,
    c_custkey,
    o_orderkey,
    o_orderdate,
    o_totalprice,
    sum(l_quantity)
from customer, orders, lineitem
where
    o_orderkey in (
        select l_orderkey
        from lineitem
        group by l_orderkey
        having sum(l_quantity) > 300
    )
    and c_custkey = o_custkey
    and o_orderkey = l_orderkey
group by c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice
order by o_totalprice desc, o_orderdate
limit 100
"""


def large_volume_customers(quantity: int) -> RowQuery[tuple[str, int, int, dt.date, Decimal, Decimal | None]]:
    total = fn.sum(Lineitem.quantity)
    large = from_(Lineitem).group_by(Lineitem.orderkey).having(total > quantity).select(Lineitem.orderkey)
    return (
        from_(Customer)
        .inner_join(Orders)
        .inner_join(Lineitem)
        .where(Orders.orderkey.is_in(large))
        .group_by(Customer.custkey, Orders.orderkey)  # the rest depends on these keys
        .order_by(Orders.totalprice.desc(), Orders.orderdate)
        .limit(100)
        .select(Customer.name, Customer.custkey, Orders.orderkey, Orders.orderdate, Orders.totalprice, total)
    )
