"""Q6, forecasting revenue change: what a year's discounts of about one rate took off small quantities."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn

from .tables import Lineitem

SQL = """
select sum(l_extendedprice * l_discount) as revenue
from lineitem
where
    l_shipdate >= date '1994-01-01'
    and l_shipdate < date '1994-01-01' + interval '1' year
    and l_discount between 0.06 - 0.01 and 0.06 + 0.01
    and l_quantity < 24
"""


def forecasting_revenue_change(date: dt.date, discount: Decimal, quantity: int) -> RowQuery[Decimal | None]:
    about = Decimal("0.01")
    return (
        from_(Lineitem)
        .where(
            Lineitem.shipdate >= date,
            Lineitem.shipdate < date + fn.interval(years=1),
            Lineitem.discount.between(discount - about, discount + about),
            Lineitem.quantity < quantity,
        )
        .select(fn.sum(Lineitem.extendedprice * Lineitem.discount))
    )
