"""Q15, top supplier: who brought the most revenue in a quarter; the variant that has WITH in place of a view."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from ferra_sync import Derived, FerraModel, RowQuery, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

from .tables import Lineitem, Supplier

SQL = """
with revenue (supplier_no, total_revenue) as (
    select
        l_suppkey,
        sum(l_extendedprice * (1 - l_discount))
    from lineitem
    where
        l_shipdate >= date '1996-01-01'
        and l_shipdate < date '1996-01-01' + interval '3' month
    group by l_suppkey
)
select
    s_suppkey,
    s_name,
    s_address,
    s_phone,
    total_revenue
from supplier, revenue
where
    s_suppkey = supplier_no
    and total_revenue = (
        select max(total_revenue)
        from revenue
    )
order by s_suppkey
"""


class Revenue(Derived):
    supplier_no = t.integer()
    total_revenue = t.nullable(t.numeric())


@attrs.frozen
class SupplierContact(FerraModel[Supplier]):
    suppkey: int
    name: str
    address: str
    phone: str


def top_supplier(date: dt.date) -> RowQuery[tuple[SupplierContact, Decimal | None]]:
    revenue = Revenue.cte(
        from_(Lineitem)
        .where(Lineitem.shipdate >= date, Lineitem.shipdate < date + fn.interval(months=3))
        .group_by(Lineitem.suppkey)
        .select(Lineitem.suppkey, fn.sum(Lineitem.extendedprice * (1 - Lineitem.discount)))
    )
    return (
        from_(Supplier)
        .inner_join(revenue, on=Supplier.suppkey == Revenue.supplier_no)
        .where(Revenue.total_revenue == from_(Revenue).select(fn.max(Revenue.total_revenue)).scalar())
        .order_by(Supplier.suppkey)
        .select(SupplierContact, Revenue.total_revenue)
    )
