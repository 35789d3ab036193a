"""Q16, parts and supplier relationship: how many suppliers, none with complaints, can deliver which kinds of part."""

from __future__ import annotations

from collections.abc import Collection

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Part, PartSupp, Supplier

SQL = """
select
    p_brand,
    p_type,
    p_size,
    count(distinct ps_suppkey) as supplier_cnt
from partsupp, part
where
    p_partkey = ps_partkey
    and p_brand <> 'Brand#45'
    and p_type not like 'MEDIUM POLISHED%'
    and p_size in (49, 14, 23, 45, 19, 3, 36, 9)
    and ps_suppkey not in (
        select s_suppkey
        from supplier
        where s_comment like '%Customer%Complaints%'
    )
group by p_brand, p_type, p_size
order by supplier_cnt desc, p_brand, p_type, p_size
"""


def parts_and_suppliers(brand: str, type: str, sizes: Collection[int]) -> RowQuery[tuple[str, str, int, int]]:
    complained_of = from_(Supplier).where(Supplier.comment.like("%Customer%Complaints%")).select(Supplier.suppkey)
    supplier_count = fn.count(PartSupp.suppkey, distinct=True)
    return (
        from_(PartSupp)
        .inner_join(Part)
        .where(
            Part.brand != brand,
            ~Part.type.startswith(type),
            Part.size.is_in(sizes),
            PartSupp.suppkey.is_not_in(complained_of),
        )
        .group_by(Part.brand, Part.type, Part.size)
        .order_by(supplier_count.desc(), Part.brand, Part.type, Part.size)
        .select(Part.brand, Part.type, Part.size, supplier_count)
    )
