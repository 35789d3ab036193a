"""The eight tables of TPC-H; a column is called as in SQL, without the letters of its table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from ferra_sync import Constraint, Table, foreign_key
from ferra_sync import types as t


class Region(Table):
    regionkey = t.integer(primary_key=True, name="r_regionkey")
    name = t.char(25, name="r_name")
    comment = t.varchar(152, name="r_comment")


class Nation(Table):
    nationkey = t.integer(primary_key=True, name="n_nationkey")
    name = t.char(25, name="n_name")
    regionkey = t.integer(references=Region.regionkey, name="n_regionkey")
    comment = t.varchar(152, name="n_comment")


class Supplier(Table):
    suppkey = t.integer(primary_key=True, name="s_suppkey")
    name = t.char(25, name="s_name")
    address = t.varchar(40, name="s_address")
    nationkey = t.integer(references=Nation.nationkey, name="s_nationkey")
    phone = t.char(15, name="s_phone")
    acctbal = t.numeric(15, 2, name="s_acctbal")
    comment = t.varchar(101, name="s_comment")


class Part(Table):
    partkey = t.integer(primary_key=True, name="p_partkey")
    name = t.varchar(55, name="p_name")
    mfgr = t.char(25, name="p_mfgr")
    brand = t.char(10, name="p_brand")
    type = t.varchar(25, name="p_type")
    size = t.integer(name="p_size")
    container = t.char(10, name="p_container")
    retailprice = t.numeric(15, 2, name="p_retailprice")
    comment = t.varchar(23, name="p_comment")


class PartSupp(Table, name="partsupp"):
    partkey = t.integer(primary_key=True, references=Part.partkey, name="ps_partkey")
    suppkey = t.integer(primary_key=True, references=Supplier.suppkey, name="ps_suppkey")
    availqty = t.integer(name="ps_availqty")
    supplycost = t.numeric(15, 2, name="ps_supplycost")
    comment = t.varchar(199, name="ps_comment")


class Customer(Table):
    custkey = t.integer(primary_key=True, name="c_custkey")
    name = t.varchar(25, name="c_name")
    address = t.varchar(40, name="c_address")
    nationkey = t.integer(references=Nation.nationkey, name="c_nationkey")
    phone = t.char(15, name="c_phone")
    acctbal = t.numeric(15, 2, name="c_acctbal")
    mktsegment = t.char(10, name="c_mktsegment")
    comment = t.varchar(117, name="c_comment")


class Orders(Table):
    orderkey = t.integer(primary_key=True, name="o_orderkey")
    custkey = t.integer(references=Customer.custkey, name="o_custkey")
    orderstatus = t.char(1, name="o_orderstatus")
    totalprice = t.numeric(15, 2, name="o_totalprice")
    orderdate = t.date(name="o_orderdate")
    orderpriority = t.char(15, name="o_orderpriority")
    clerk = t.char(15, name="o_clerk")
    shippriority = t.integer(name="o_shippriority")
    comment = t.varchar(79, name="o_comment")


class Lineitem(Table):
    orderkey = t.integer(primary_key=True, references=Orders.orderkey, name="l_orderkey")
    partkey = t.integer(references=Part.partkey, name="l_partkey")
    suppkey = t.integer(references=Supplier.suppkey, name="l_suppkey")
    linenumber = t.integer(primary_key=True, name="l_linenumber")
    quantity = t.numeric(15, 2, name="l_quantity")
    extendedprice = t.numeric(15, 2, name="l_extendedprice")
    discount = t.numeric(15, 2, name="l_discount")
    tax = t.numeric(15, 2, name="l_tax")
    returnflag = t.char(1, name="l_returnflag")
    linestatus = t.char(1, name="l_linestatus")
    shipdate = t.date(name="l_shipdate")
    commitdate = t.date(name="l_commitdate")
    receiptdate = t.date(name="l_receiptdate")
    shipinstruct = t.char(25, name="l_shipinstruct")
    shipmode = t.char(10, name="l_shipmode")
    comment = t.varchar(44, name="l_comment")

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Self]]:
        return (foreign_key(cls.partkey, cls.suppkey, references=(PartSupp.partkey, PartSupp.suppkey)),)
