"""Q9, product type profit measure: the profit on a kind of part, by nation of the supplier and year."""

from __future__ import annotations

from decimal import Decimal

from ferra_sync import Derived, RowQuery, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

from .tables import Lineitem, Nation, Orders, Part, PartSupp, Supplier

SQL = """
select
    nation,
    o_year,
    sum(amount) as sum_profit
from (
    select
        n_name as nation,
        extract(year from o_orderdate) as o_year,
        l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity as amount
    from part, supplier, lineitem, partsupp, orders, nation
    where
        s_suppkey = l_suppkey
        and ps_suppkey = l_suppkey
        and ps_partkey = l_partkey
        and p_partkey = l_partkey
        and o_orderkey = l_orderkey
        and s_nationkey = n_nationkey
        and p_name like '%green%'
) as profit
group by nation, o_year
order by nation, o_year desc
"""


class Profit(Derived):
    nation = t.char(25)
    o_year = t.numeric()
    amount = t.numeric()


def product_type_profit(color: str) -> RowQuery[tuple[str, Decimal, Decimal | None]]:
    profit = Profit.of(
        from_(Lineitem)
        .inner_join(PartSupp)
        .inner_join(Part, on=Part.partkey == Lineitem.partkey)
        .inner_join(Supplier, on=Supplier.suppkey == Lineitem.suppkey)
        .inner_join(Orders)
        .inner_join(Nation)
        .where(Part.name.contains(color))
        .select(
            Nation.name,
            fn.extract("year", Orders.orderdate),
            Lineitem.extendedprice * (1 - Lineitem.discount) - PartSupp.supplycost * Lineitem.quantity,
        )
    )
    return (
        from_(profit)
        .group_by(Profit.nation, Profit.o_year)
        .order_by(Profit.nation, Profit.o_year.desc())
        .select(Profit.nation, Profit.o_year, fn.sum(Profit.amount))
    )
