"""Q7, volume shipping: the revenue of goods shipped from one of two nations to the other, by year."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import Derived, RowQuery, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

from .tables import Customer, Lineitem, Nation, Orders, Supplier

SQL = """
select
    supp_nation,
    cust_nation,
    l_year,
    sum(volume) as revenue
from (
    select
        n1.n_name as supp_nation,
        n2.n_name as cust_nation,
        extract(year from l_shipdate) as l_year,
        l_extendedprice * (1 - l_discount) as volume
    from supplier, lineitem, orders, customer, nation n1, nation n2
    where
        s_suppkey = l_suppkey
        and o_orderkey = l_orderkey
        and c_custkey = o_custkey
        and s_nationkey = n1.n_nationkey
        and c_nationkey = n2.n_nationkey
        and (
            (n1.n_name = 'FRANCE' and n2.n_name = 'GERMANY')
            or (n1.n_name = 'GERMANY' and n2.n_name = 'FRANCE')
        )
        and l_shipdate between date '1995-01-01' and date '1996-12-31'
) as shipping
group by supp_nation, cust_nation, l_year
order by supp_nation, cust_nation, l_year
"""


class N1(Nation, alias="n1"):
    pass


class N2(Nation, alias="n2"):
    pass


class Shipping(Derived):
    supp_nation = t.char(25)
    cust_nation = t.char(25)
    l_year = t.numeric()
    volume = t.numeric()


def volume_shipping(nation1: str, nation2: str) -> RowQuery[tuple[str, str, Decimal, Decimal | None]]:
    there = (N1.name == nation1) & (N2.name == nation2)
    back = (N1.name == nation2) & (N2.name == nation1)
    shipping = Shipping.of(
        from_(Supplier)
        .inner_join(Lineitem)
        .inner_join(Orders)
        .inner_join(Customer)
        .inner_join(N1, on=Supplier.nationkey == N1.nationkey)
        .inner_join(N2, on=Customer.nationkey == N2.nationkey)
        .where(there | back, Lineitem.shipdate.between(dt.date(1995, 1, 1), dt.date(1996, 12, 31)))
        .select(
            N1.name,
            N2.name,
            fn.extract("year", Lineitem.shipdate),
            Lineitem.extendedprice * (1 - Lineitem.discount),
        )
    )
    return (
        from_(shipping)
        .group_by(Shipping.supp_nation, Shipping.cust_nation, Shipping.l_year)
        .order_by(Shipping.supp_nation, Shipping.cust_nation, Shipping.l_year)
        .select(Shipping.supp_nation, Shipping.cust_nation, Shipping.l_year, fn.sum(Shipping.volume))
    )
