"""Q21, suppliers who kept orders waiting: those who alone were late with orders of several suppliers."""

from __future__ import annotations

from ferra_sync import RowQuery, exists, from_
from ferra_sync import functions as fn

from .tables import Lineitem, Nation, Orders, Supplier

SQL = """
select
    s_name,
    count(*) as numwait
from supplier, lineitem l1, orders, nation
where
    s_suppkey = l1.l_suppkey
    and o_orderkey = l1.l_orderkey
    and o_orderstatus = 'F'
    and l1.l_receiptdate > l1.l_commitdate
    and exists (
        select *
        from lineitem l2
        where
            l2.l_orderkey = l1.l_orderkey
            and l2.l_suppkey <> l1.l_suppkey
    )
    and not exists (
        select *
        from lineitem l3
        where
            l3.l_orderkey = l1.l_orderkey
            and l3.l_suppkey <> l1.l_suppkey
            and l3.l_receiptdate > l3.l_commitdate
    )
    and s_nationkey = n_nationkey
    and n_name = 'SAUDI ARABIA'
group by s_name
order by numwait desc, s_name
limit 100
"""


class L1(Lineitem, alias="l1"):
    pass


class L2(Lineitem, alias="l2"):
    pass


def suppliers_who_kept_orders_waiting(nation: str) -> RowQuery[tuple[str, int]]:
    others = from_(L2).correlate(L1).where(L2.orderkey == L1.orderkey, L2.suppkey != L1.suppkey)
    return (
        from_(Supplier)
        .inner_join(L1)
        .inner_join(Orders)
        .inner_join(Nation)
        .where(
            Orders.orderstatus == "F",
            L1.receiptdate > L1.commitdate,
            exists(others),
            ~exists(others.where(L2.receiptdate > L2.commitdate)),
            Nation.name == nation,
        )
        .group_by(Supplier.name)
        .order_by(fn.count().desc(), Supplier.name)
        .limit(100)
        .select(Supplier.name, fn.count())
    )
