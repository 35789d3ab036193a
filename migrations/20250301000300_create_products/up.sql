CREATE TABLE products (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(100) NOT NULL CONSTRAINT products_name_not_empty CHECK (name <> ''),
    description text,
    price numeric(10, 2) NOT NULL CONSTRAINT products_price_positive CHECK (price > 0),
    sku varchar(50) NOT NULL UNIQUE CONSTRAINT products_sku_not_empty CHECK (sku <> ''),
    in_stock boolean NOT NULL DEFAULT false,
    stock_quantity integer NOT NULL DEFAULT 0
        CONSTRAINT products_stock_quantity_not_negative CHECK (stock_quantity >= 0),
    category varchar(50) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX products_in_stock_idx ON products (in_stock);
CREATE INDEX products_category_idx ON products (category);
