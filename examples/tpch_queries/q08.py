"""Q8, national market share: the share that a nation's suppliers have in a region's purchases of a type of part."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import Derived, RowQuery, case, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

from .tables import Customer, Lineitem, Nation, Orders, Part, Region, Supplier

SQL = """
select
    o_year,
    sum(case when nation = 'BRAZIL' then volume else 0 end) / sum(volume) as mkt_share
from (
    select
        extract(year from o_orderdate) as o_year,
        l_extendedprice * (1 - l_discount) as volume,
        n2.n_name as nation
    from part, supplier, lineitem, orders, customer, nation n1, nation n2, region
    where
        p_partkey = l_partkey
        and s_suppkey = l_suppkey
        and l_orderkey = o_orderkey
        and o_custkey = c_custkey
        and c_nationkey = n1.n_nationkey
        and n1.n_regionkey = r_regionkey
        and r_name = 'AMERICA'
        and s_nationkey = n2.n_nationkey
        and o_orderdate between date '1995-01-01' and date '1996-12-31'
        and p_type = 'ECONOMY ANODIZED STEEL'
) as all_nations
group by o_year
order by o_year
"""


class N1(Nation, alias="n1"):
    pass


class N2(Nation, alias="n2"):
    pass


class AllNations(Derived):
    o_year = t.numeric()
    volume = t.numeric()
    nation = t.char(25)


def national_market_share(nation: str, region: str, type: str) -> RowQuery[tuple[Decimal, Decimal | None]]:
    all_nations = AllNations.of(
        from_(Part)
        .inner_join(Lineitem)
        .inner_join(Supplier)
        .inner_join(Orders)
        .inner_join(Customer)
        .inner_join(N1, on=Customer.nationkey == N1.nationkey)
        .inner_join(N2, on=Supplier.nationkey == N2.nationkey)
        .inner_join(Region, on=N1.regionkey == Region.regionkey)
        .where(
            Region.name == region,
            Orders.orderdate.between(dt.date(1995, 1, 1), dt.date(1996, 12, 31)),
            Part.type == type,
        )
        .select(
            fn.extract("year", Orders.orderdate),
            Lineitem.extendedprice * (1 - Lineitem.discount),
            N2.name,
        )
    )
    of_nation = case((AllNations.nation == nation, AllNations.volume), otherwise=0)
    return (
        from_(all_nations)
        .group_by(AllNations.o_year)
        .order_by(AllNations.o_year)
        .select(AllNations.o_year, fn.sum(of_nation) / fn.sum(AllNations.volume))
    )
