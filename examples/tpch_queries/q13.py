"""Q13, customer distribution: how many customers placed how many orders, without those of some remarks."""

from __future__ import annotations

from ferra_sync import Derived, RowQuery, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

from .tables import Customer, Orders

SQL = """
select
    c_count,
    count(*) as custdist
from (
    select
        c_custkey,
        count(o_orderkey)
    from customer left outer join orders on
        c_custkey = o_custkey
        and o_comment not like '%special%requests%'
    group by c_custkey
) as c_orders (c_custkey, c_count)
group by c_count
order by custdist desc, c_count desc
"""


class COrders(Derived):
    c_custkey = t.integer()
    c_count = t.bigint()


def customer_distribution(word1: str, word2: str) -> RowQuery[tuple[int, int]]:
    c_orders = COrders.of(
        from_(Customer)
        .left_join(Orders, on=(Customer.custkey == Orders.custkey) & ~Orders.comment.like(f"%{word1}%{word2}%"))
        .group_by(Customer.custkey)
        .select(Customer.custkey, fn.count(Orders.orderkey))
    )
    return (
        from_(c_orders)
        .group_by(COrders.c_count)
        .order_by(fn.count().desc(), COrders.c_count.desc())
        .select(COrders.c_count, fn.count())
    )
