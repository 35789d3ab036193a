"""Filters, sort keys and pages without a count: what both checkers infer, accept and reject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from domain import Managers, Post, Posts, User, Users
from filter_classes import PostFilter, PostOfUserFilter, UserFilter

from ferra_sync import (
    UNSET,
    Database,
    Filtering,
    In,
    Order,
    Page,
    PageParams,
    Sort,
    UncountedPage,
    capped,
    delete_from,
    from_,
    select,
    update,
)
from ferra_sync import functions as fn

db = Database.connect()


args: Mapping[str, str] = {}
assert_type(PostFilter.parse("title=a&ids=1&ids=2"), PostFilter)
PostFilter.parse(args, prefix="post_", unknown="ignore", beside={"page"})
PostFilter.parse({"ids": [1, 2]})
post_filter, user_filter = PostFilter(title_contains="x", author=UNSET), UserFilter(hair=None)
assert_type(post_filter | user_filter, Filtering[In[Posts] | In[Users]])
assert_type(post_filter & PostFilter(), Filtering[In[Posts]])

assert_type(db.fetch_all(select(Post).filter(post_filter)), list[Post])
assert_type(db.fetch_all(from_(Posts).filter(post_filter, PostFilter()).select(Posts.id)), list[int])
join = from_(Posts).inner_join(Users)
join.filter(post_filter, user_filter, post_filter | user_filter, PostOfUserFilter(name="a")).select(Post, User)
from_(Users).left_join(Posts).filter(post_filter).select(User)
from_(Posts).group_by(Posts.user_id).filter(post_filter).select(Posts.user_id)
from_(Posts).correlate(Users).filter(post_filter, user_filter)
update(Posts).filter(post_filter | PostFilter()).set(Posts.title.to("x"))
delete_from(Posts).filter(post_filter).returning(Post)

PostFilter(title_contains=1)  # R796 a value of another type
PostFilter(nothing="x")  # R797 a field that there is not
PostFilter.parse(["title=a"])  # R798 a list for a query string
PostFilter.parse("", unknown="guess")  # R799 neither refused nor ignored
select(User).filter(post_filter)  # R800 another table's filter
select(Post).filter(PostOfUserFilter())  # R801 a filter of two tables, one of which is not there
select(Post).filter(post_filter | user_filter)  # R802 … of two that are joined
select(Post).filter(Posts.title == "x")  # R803 a predicate for a filter
select(Post).filter(PostFilter)  # R804 a class of filters
select(Post).where(post_filter)  # R805 a filter for a predicate
from_(Managers).filter(user_filter)  # R806 the filter of an alias's table
update(Users).filter(post_filter)  # R807 another table's filter in an update
delete_from(Users).filter(post_filter)  # R808 … in a delete
post_filter & Posts.published  # R809 a filter and a predicate

sort = Sort.of(Posts.id, Posts.title, newest=Posts.id.desc(), low=fn.lower(Posts.title))
assert_type(sort, Sort[In[Posts]])
assert_type(sort.parse("-newest,title"), tuple[Order[In[Posts], Any], ...])
sort.parse(args.get("sort"))
sort.parse(["id", "-title"])
assert_type(Sort.of(Posts.title) | Sort.of(Users.name), Sort[In[Posts] | In[Users]])
select(Post).order_by(*sort.parse("title"))
join.order_by(*sort.parse("title"), *(sort | Sort.of(Users.name)).parse("name"))

select(User).order_by(*sort.parse("title"))  # R810 another table's orders
select(Post).order_by(*(sort | Sort.of(Users.name)).parse(""))  # R811 … beside its own
Sort.of("title")  # R812 a name for a column
Sort.of(fn.lower(Posts.title))  # R813 an expression without a name
sort.parse(1)  # R814 a number for names
select(Post).order_by(sort)  # R815 what may be sorted by for an order

params = PageParams.parse(args, max_per_page=50)
assert_type(db.fetch_page(select(Post), params.page, params.per_page, capped(10_000)), Page[Post])
assert_type(db.fetch_page(select(Post), count=capped(1)).total_is_exact, bool)
assert_type(db.fetch_slice(select(Post), params.page, params.per_page), UncountedPage[Post])
assert_type(db.fetch_slice(select(Post), page=2, as_=Post).items, list[Post])
assert_type(Page([1], 1, 1, 20).total_is_exact, bool)

db.fetch_page(select(Post), count=10_000)  # R816 a number for a count that ends
capped("10000")  # R817 a text for a number of rows
db.fetch_slice(update(Posts))  # R818 a page of a write
db.fetch_slice(select(Post)).total  # R819 the total of a page that nobody counted
PageParams.parse(args, max_per_page="100")  # R820 a text for a number
