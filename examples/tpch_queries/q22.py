"""Q22, global sales opportunity: customers of some countries with a good balance who ordered nothing."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from ferra_sync import Derived, RowQuery, exists, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

from .tables import Customer, Orders

SQL = """
select
    cntrycode,
    count(*) as numcust,
    sum(c_acctbal) as totacctbal
from (
    select
        substring(c_phone from 1 for 2) as cntrycode,
        c_acctbal
    from customer
    where
        substring(c_phone from 1 for 2) in ('13', '31', '23', '29', '30', '18', '17')
        and c_acctbal > (
            select avg(c_acctbal)
            from customer
            where
                c_acctbal > 0.00
                and substring(c_phone from 1 for 2) in ('13', '31', '23', '29', '30', '18', '17')
        )
        and not exists (
            select *
            from orders
            where o_custkey = c_custkey
        )
) as custsale
group by cntrycode
order by cntrycode
"""


class CustSale(Derived):
    cntrycode = t.text()
    c_acctbal = t.numeric(15, 2)


def global_sales_opportunity(codes: Collection[str]) -> RowQuery[tuple[str, int, Decimal | None]]:
    cntrycode = fn.substring(Customer.phone, 1, 2)
    of_countries = from_(Customer).where(cntrycode.is_in(codes))
    average = of_countries.where(Customer.acctbal > 0).select(fn.avg(Customer.acctbal))
    orders = from_(Orders).correlate(Customer).where(Orders.custkey == Customer.custkey)
    custsale = CustSale.of(
        of_countries.where(Customer.acctbal > average.scalar(), ~exists(orders)).select(cntrycode, Customer.acctbal)
    )
    return (
        from_(custsale)
        .group_by(CustSale.cntrycode)
        .order_by(CustSale.cntrycode)
        .select(CustSale.cntrycode, fn.count(), fn.sum(CustSale.c_acctbal))
    )
