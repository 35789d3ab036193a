DROP TABLE posts, users;
