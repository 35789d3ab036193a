CREATE TABLE films (
    id serial PRIMARY KEY,
    title text NOT NULL UNIQUE,
    release_year integer,
    archived boolean NOT NULL DEFAULT false
);
