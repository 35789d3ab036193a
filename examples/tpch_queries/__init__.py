"""The 22 queries of TPC-H: a file each, with the SQL of the specification and a function of its parameters.

The SQL has the parameters of the specification's validation, and LIMIT where that says how many rows to return.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import LiteralString

from ferra_sync import RowQuery

from . import (
    q01,
    q02,
    q03,
    q04,
    q05,
    q06,
    q07,
    q08,
    q09,
    q10,
    q11,
    q12,
    q13,
    q14,
    q15,
    q16,
    q17,
    q18,
    q19,
    q20,
    q21,
    q22,
)

MIGRATIONS = Path(__file__).parent / "migrations"

QUERIES: dict[int, tuple[LiteralString, RowQuery[object]]] = {
    1: (q01.SQL, q01.pricing_summary(delta=90)),
    2: (q02.SQL, q02.minimum_cost_supplier(size=15, type="BRASS", region="EUROPE")),
    3: (q03.SQL, q03.shipping_priority(segment="BUILDING", date=dt.date(1995, 3, 15))),
    4: (q04.SQL, q04.order_priority_checking(date=dt.date(1993, 7, 1))),
    5: (q05.SQL, q05.local_supplier_volume(region="ASIA", date=dt.date(1994, 1, 1))),
    6: (q06.SQL, q06.forecasting_revenue_change(date=dt.date(1994, 1, 1), discount=Decimal("0.06"), quantity=24)),
    7: (q07.SQL, q07.volume_shipping(nation1="FRANCE", nation2="GERMANY")),
    8: (q08.SQL, q08.national_market_share(nation="BRAZIL", region="AMERICA", type="ECONOMY ANODIZED STEEL")),
    9: (q09.SQL, q09.product_type_profit(color="green")),
    10: (q10.SQL, q10.returned_item_reporting(date=dt.date(1993, 10, 1))),
    11: (q11.SQL, q11.important_stock(nation="GERMANY", fraction=Decimal("0.0001"))),
    12: (q12.SQL, q12.shipping_modes(shipmode1="MAIL", shipmode2="SHIP", date=dt.date(1994, 1, 1))),
    13: (q13.SQL, q13.customer_distribution(word1="special", word2="requests")),
    14: (q14.SQL, q14.promotion_effect(date=dt.date(1995, 9, 1))),
    15: (q15.SQL, q15.top_supplier(date=dt.date(1996, 1, 1))),
    16: (q16.SQL, q16.parts_and_suppliers("Brand#45", "MEDIUM POLISHED", sizes=(49, 14, 23, 45, 19, 3, 36, 9))),
    17: (q17.SQL, q17.small_quantity_revenue(brand="Brand#23", container="MED BOX")),
    18: (q18.SQL, q18.large_volume_customers(quantity=300)),
    19: (q19.SQL, q19.discounted_revenue(("Brand#12", 1), ("Brand#23", 10), ("Brand#34", 20))),
    20: (q20.SQL, q20.potential_part_promotion(color="forest", date=dt.date(1994, 1, 1), nation="CANADA")),
    21: (q21.SQL, q21.suppliers_who_kept_orders_waiting(nation="SAUDI ARABIA")),
    22: (q22.SQL, q22.global_sales_opportunity(codes=("13", "31", "23", "29", "30", "18", "17"))),
}
"""By number: the official text, and ours with the same parameters."""
