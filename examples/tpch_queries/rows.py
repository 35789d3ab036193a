"""A small TPC-H database, the same at each run: 400 parts, 100 suppliers, 300 customers, 3,000 orders, 12,000 lines.

Values are drawn as dbgen draws them, from shorter lists: so small a database has rows for every query.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import attrs

from ferra_sync import Database, FerraModel, PgRepository

from .tables import Customer, Lineitem, Nation, Orders, Part, PartSupp, Region, Supplier

REGIONS = ("AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST")
NATIONS = (
    ("ALGERIA", 0), ("ARGENTINA", 1), ("BRAZIL", 1), ("CANADA", 1), ("EGYPT", 4), ("ETHIOPIA", 0), ("FRANCE", 3),
    ("GERMANY", 3), ("INDIA", 2), ("INDONESIA", 2), ("IRAN", 4), ("IRAQ", 4), ("JAPAN", 2), ("JORDAN", 4),
    ("KENYA", 0), ("MOROCCO", 0), ("MOZAMBIQUE", 0), ("PERU", 1), ("CHINA", 2), ("ROMANIA", 3), ("SAUDI ARABIA", 4),
    ("VIETNAM", 2), ("RUSSIA", 3), ("UNITED KINGDOM", 3), ("UNITED STATES", 1),
)  # fmt: skip
COLOURS = ("almond", "antique", "azure", "blush", "chocolate", "forest", "green", "ivory", "lemon", "navy")
TYPES = (
    "ECONOMY ANODIZED STEEL", "ECONOMY BRUSHED TIN", "LARGE BURNISHED BRASS", "MEDIUM POLISHED COPPER",
    "PROMO ANODIZED NICKEL", "PROMO PLATED BRASS", "SMALL PLATED TIN", "STANDARD POLISHED BRASS",
)  # fmt: skip
SIZES = (1, 3, 5, 9, 14, 15, 19, 23, 36, 45, 49, 50)
BRANDS = ("Brand#12", "Brand#23", "Brand#34", "Brand#45")
CONTAINERS = ("SM CASE", "SM PACK", "MED BAG", "MED BOX", "LG CASE", "LG PKG")
SEGMENTS = ("AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY")
PRIORITIES = ("1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW")
INSTRUCTIONS = ("COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN")
MODES = ("AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK")
REMARKS = ("quick deposits", "special packages and requests", "ironic accounts", "pending theodolites")

FIRST_DAY = date(1992, 1, 1)
DAYS = 2406
"""From the first order to the last."""
TODAY = date(1995, 6, 17)

PARTS, SUPPLIERS, CUSTOMERS, ORDERS = 400, 100, 300, 3_000


@attrs.frozen
class RegionRow(FerraModel[Region]):
    regionkey: int
    name: str
    comment: str


@attrs.frozen
class NationRow(FerraModel[Nation]):
    nationkey: int
    name: str
    regionkey: int
    comment: str


@attrs.frozen
class SupplierRow(FerraModel[Supplier]):
    suppkey: int
    name: str
    address: str
    nationkey: int
    phone: str
    acctbal: Decimal
    comment: str


@attrs.frozen
class PartRow(FerraModel[Part]):
    partkey: int
    name: str
    mfgr: str
    brand: str
    type: str
    size: int
    container: str
    retailprice: Decimal
    comment: str


@attrs.frozen
class PartSuppRow(FerraModel[PartSupp]):
    partkey: int
    suppkey: int
    availqty: int
    supplycost: Decimal
    comment: str


@attrs.frozen
class CustomerRow(FerraModel[Customer]):
    custkey: int
    name: str
    address: str
    nationkey: int
    phone: str
    acctbal: Decimal
    mktsegment: str
    comment: str


@attrs.frozen
class OrderRow(FerraModel[Orders]):
    orderkey: int
    custkey: int
    orderstatus: str
    totalprice: Decimal
    orderdate: date
    orderpriority: str
    clerk: str
    shippriority: int
    comment: str


@attrs.frozen
class LineitemRow(FerraModel[Lineitem]):
    orderkey: int
    partkey: int
    suppkey: int
    linenumber: int
    quantity: Decimal
    extendedprice: Decimal
    discount: Decimal
    tax: Decimal
    returnflag: str
    linestatus: str
    shipdate: date
    commitdate: date
    receiptdate: date
    shipinstruct: str
    shipmode: str
    comment: str


def fill(db: Database) -> None:
    """COPY the rows into the eight tables, which are empty."""
    draw = Random(22)  # noqa: S311 - the same rows at each run, and no secrets
    sold = [(order, list(lines(draw, order))) for order in orders(draw)]
    PgRepository(RegionRow, db).copy_in(RegionRow(key, name, "") for key, name in enumerate(REGIONS))
    PgRepository(NationRow, db).copy_in(NationRow(key, name, of, "") for key, (name, of) in enumerate(NATIONS))
    PgRepository(SupplierRow, db).copy_in(suppliers(draw))
    PgRepository(PartRow, db).copy_in(parts(draw))
    PgRepository(PartSuppRow, db).copy_in(supplies(draw))
    PgRepository(CustomerRow, db).copy_in(customers(draw))
    PgRepository(OrderRow, db).copy_in(summed(order, its_lines) for order, its_lines in sold)
    PgRepository(LineitemRow, db).copy_in(line for _, its_lines in sold for line in its_lines)


def suppliers(draw: Random) -> Iterator[SupplierRow]:
    for key in range(1, SUPPLIERS + 1):
        nation = key % len(NATIONS)
        remark = "Customer loud Complaints" if key % 20 == 0 else draw.choice(REMARKS)
        yield SupplierRow(
            key, f"Supplier#{key:09}", f"Dock {key}", nation, phone(draw, nation), money(draw, -999, 9999), remark
        )


def parts(draw: Random) -> Iterator[PartRow]:
    for key in range(1, PARTS + 1):
        brand = draw.choice(BRANDS)
        yield PartRow(
            key,
            " ".join(draw.sample(COLOURS, 3)),
            f"Manufacturer#{brand[6]}",
            brand,
            draw.choice(TYPES),
            draw.choice(SIZES),
            draw.choice(CONTAINERS),
            retail_price(key),
            "",
        )


def supplies(draw: Random) -> Iterator[PartSuppRow]:
    for part in range(1, PARTS + 1):
        for supplier in suppliers_of(part):
            yield PartSuppRow(part, supplier, draw.randint(1, 9999), Decimal(draw.randint(1, 10) * 100), "")


def customers(draw: Random) -> Iterator[CustomerRow]:
    for key in range(1, CUSTOMERS + 1):
        nation = draw.randrange(len(NATIONS))
        yield CustomerRow(
            key,
            f"Customer#{key:09}",
            f"Street {key}",
            nation,
            phone(draw, nation),
            money(draw, -999, 9999),
            draw.choice(SEGMENTS),
            draw.choice(REMARKS),
        )


def orders(draw: Random) -> Iterator[OrderRow]:
    """Yield orders without price and status, which their lines have; a third of the customers ordered nothing."""
    buyers = [key for key in range(1, CUSTOMERS + 1) if key % 3]
    for key in range(1, ORDERS + 1):
        customer = draw.choice(buyers)
        day = FIRST_DAY + timedelta(days=draw.randrange(DAYS))
        clerk = f"Clerk#{draw.randint(1, 10):09}"
        yield OrderRow(key, customer, "", Decimal(0), day, draw.choice(PRIORITIES), clerk, 0, draw.choice(REMARKS))


def lines(draw: Random, order: OrderRow) -> Iterator[LineitemRow]:
    """Yield the lines of an order; every 500th is a large one."""
    is_large = order.orderkey % 500 == 0
    for number in range(1, 8 if is_large else draw.randint(2, 8)):
        part = draw.randint(1, PARTS)
        quantity = 50 if is_large else draw.randint(1, 50)
        shipped = order.orderdate + timedelta(days=draw.randint(1, 121))
        received = shipped + timedelta(days=draw.randint(1, 30))
        yield LineitemRow(
            order.orderkey,
            part,
            draw.choice(suppliers_of(part)),
            number,
            Decimal(quantity),
            quantity * retail_price(part),
            Decimal(draw.randint(0, 10)) / 100,
            Decimal(draw.randint(0, 8)) / 100,
            draw.choice("RA") if received <= TODAY else "N",
            "O" if shipped > TODAY else "F",
            shipped,
            order.orderdate + timedelta(days=draw.randint(30, 90)),
            received,
            draw.choice(INSTRUCTIONS),
            draw.choice(MODES),
            "",
        )


def summed(order: OrderRow, its_lines: list[LineitemRow]) -> OrderRow:
    """Return the order with the price and the status of its lines."""
    price = sum((line.extendedprice * (1 + line.tax) * (1 - line.discount) for line in its_lines), Decimal(0))
    statuses = {line.linestatus for line in its_lines}
    return attrs.evolve(order, totalprice=round(price, 2), orderstatus=statuses.pop() if len(statuses) == 1 else "P")


def suppliers_of(part: int) -> list[int]:
    """Return the four suppliers of a part."""
    return [(part + nth * (SUPPLIERS // 4 + (part - 1) // SUPPLIERS)) % SUPPLIERS + 1 for nth in range(4)]


def retail_price(part: int) -> Decimal:
    return Decimal(90000 + part * 10 % 20001 + 100 * (part % 1000)) / 100


def money(draw: Random, least: int, most: int) -> Decimal:
    return Decimal(draw.randint(least * 100, most * 100)) / 100


def phone(draw: Random, nation: int) -> str:
    return f"{nation + 10}-{draw.randint(100, 999)}-{draw.randint(100, 999)}-{draw.randint(1000, 9999)}"
