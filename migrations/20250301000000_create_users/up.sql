CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username varchar(50) NOT NULL UNIQUE CONSTRAINT users_username_not_empty CHECK (username <> ''),
    email varchar(100) NOT NULL UNIQUE CONSTRAINT users_email_has_an_at CHECK (email LIKE '%@%'),
    display_name varchar(100) NOT NULL CONSTRAINT users_display_name_not_empty CHECK (display_name <> ''),
    password_hash varchar(255) NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
