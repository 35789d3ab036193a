"""Q1, pricing summary report: what was billed, shipped and returned up to a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Lineitem

SQL = """
select
    l_returnflag,
    l_linestatus,
    sum(l_quantity) as sum_qty,
    sum(l_extendedprice) as sum_base_price,
    sum(l_extendedprice * (1 - l_discount)) as sum_disc_price,
    sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge,
    avg(l_quantity) as avg_qty,
    avg(l_extendedprice) as avg_price,
    avg(l_discount) as avg_disc,
    count(*) as count_order
from lineitem
where l_shipdate <= date '1998-12-01' - interval '90' day
group by l_returnflag, l_linestatus
order by l_returnflag, l_linestatus
"""

Sum = Decimal | None


def pricing_summary(delta: int) -> RowQuery[tuple[str, str, Sum, Sum, Sum, Sum, Sum, Sum, Sum, int]]:
    disc_price = Lineitem.extendedprice * (1 - Lineitem.discount)
    return (
        from_(Lineitem)
        .where(Lineitem.shipdate <= dt.date(1998, 12, 1) - dt.timedelta(days=delta))
        .group_by(Lineitem.returnflag, Lineitem.linestatus)
        .order_by(Lineitem.returnflag, Lineitem.linestatus)
        .select(
            Lineitem.returnflag,
            Lineitem.linestatus,
            fn.sum(Lineitem.quantity),
            fn.sum(Lineitem.extendedprice),
            fn.sum(disc_price),
            fn.sum(disc_price * (1 + Lineitem.tax)),
            fn.avg(Lineitem.quantity),
            fn.avg(Lineitem.extendedprice),
            fn.avg(Lineitem.discount),
            fn.count(),
        )
    )
