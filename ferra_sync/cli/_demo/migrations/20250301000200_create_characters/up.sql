CREATE TABLE characters (
    code_point integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    category varchar(2) NOT NULL,
    numeric_value double precision,
    favourite boolean NOT NULL DEFAULT false
);

CREATE INDEX characters_category_idx ON characters (category);
