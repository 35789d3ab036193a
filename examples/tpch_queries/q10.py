"""Q10, returned item reporting: the customers who sent back the most of what they ordered in a quarter."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Customer, Lineitem, Nation, Orders

SQL = """
select
    c_custkey,
    c_name,
    sum(l_extendedprice * (1 - l_discount)) as revenue,
    c_acctbal,
    n_name,
    c_address,
    c_phone,
    c_comment
from customer, orders, lineitem, nation
where
    c_custkey = o_custkey
    and l_orderkey = o_orderkey
    and o_orderdate >= date '1993-10-01'
    and o_orderdate < date '1993-10-01' + interval '3' month
    and l_returnflag = 'R'
    and c_nationkey = n_nationkey
group by c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment
order by revenue desc
limit 20
"""


def returned_item_reporting(date: dt.date) -> RowQuery[tuple[int, str, Decimal | None, Decimal, str, str, str, str]]:
    revenue = fn.sum(Lineitem.extendedprice * (1 - Lineitem.discount))
    return (
        from_(Customer)
        .inner_join(Orders)
        .inner_join(Lineitem)
        .inner_join(Nation)
        .where(
            Orders.orderdate >= date,
            Orders.orderdate < date + fn.interval(months=3),
            Lineitem.returnflag == "R",
        )
        .group_by(Customer.custkey, Nation.nationkey)  # the rest depends on these keys
        .order_by(revenue.desc())
        .limit(20)
        .select(
            Customer.custkey,
            Customer.name,
            revenue,
            Customer.acctbal,
            Nation.name,
            Customer.address,
            Customer.phone,
            Customer.comment,
        )
    )
