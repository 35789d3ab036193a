"""Q14, promotion effect: the share of a month's revenue that promoted parts have, in percent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import RowQuery, case, from_
from ferra_sync import functions as fn

from .tables import Lineitem, Part

SQL = """
select
    100.00 * sum(case when p_type like 'PROMO%' then l_extendedprice * (1 - l_discount) else 0 end)
    / sum(l_extendedprice * (1 - l_discount)) as promo_revenue
from lineitem, part
where
    l_partkey = p_partkey
    and l_shipdate >= date '1995-09-01'
    and l_shipdate < date '1995-09-01' + interval '1' month
"""


def promotion_effect(date: dt.date) -> RowQuery[Decimal | None]:
    revenue = Lineitem.extendedprice * (1 - Lineitem.discount)
    promoted = case((Part.type.startswith("PROMO"), revenue), otherwise=0)
    return (
        from_(Lineitem)
        .inner_join(Part)
        .where(Lineitem.shipdate >= date, Lineitem.shipdate < date + fn.interval(months=1))
        .select(Decimal("100.00") * fn.sum(promoted) / fn.sum(revenue))
    )
