DROP TABLE lineitem, orders, customer, partsupp, part, supplier, nation, region;
