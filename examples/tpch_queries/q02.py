"""Q2, minimum cost supplier: who in a region delivers a part at the least cost there."""

from __future__ import annotations

from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Nation, Part, PartSupp, Region, Supplier

SQL = """
select
    s_acctbal,
    s_name,
    n_name,
    p_partkey,
    p_mfgr,
    s_address,
    s_phone,
    s_comment
from part, supplier, partsupp, nation, region
where
    p_partkey = ps_partkey
    and s_suppkey = ps_suppkey
    and p_size = 15
    and p_type like '%BRASS'
    and s_nationkey = n_nationkey
    and n_regionkey = r_regionkey
    and r_name = 'EUROPE'
    and ps_supplycost = (
        select min(ps_supplycost)
        from partsupp, supplier, nation, region
        where
            p_partkey = ps_partkey
            and s_suppkey = ps_suppkey
            and s_nationkey = n_nationkey
            and n_regionkey = r_regionkey
            and r_name = 'EUROPE'
    )
order by s_acctbal desc, n_name, s_name, p_partkey
limit 100
"""


def minimum_cost_supplier(
    size: int, type: str, region: str
) -> RowQuery[tuple[Decimal, str, str, int, str, str, str, str]]:
    least_cost = (
        from_(PartSupp)
        .correlate(Part)
        .inner_join(Supplier)
        .inner_join(Nation)
        .inner_join(Region)
        .where(PartSupp.partkey == Part.partkey, Region.name == region)
        .select(fn.min(PartSupp.supplycost))
    )
    return (
        from_(Part)
        .inner_join(PartSupp)
        .inner_join(Supplier)
        .inner_join(Nation)
        .inner_join(Region)
        .where(
            Part.size == size,
            Part.type.endswith(type),
            Region.name == region,
            PartSupp.supplycost == least_cost.scalar(),
        )
        .order_by(Supplier.acctbal.desc(), Nation.name, Supplier.name, Part.partkey)
        .limit(100)
        .select(
            Supplier.acctbal,
            Supplier.name,
            Nation.name,
            Part.partkey,
            Part.mfgr,
            Supplier.address,
            Supplier.phone,
            Supplier.comment,
        )
    )
