"""One Redis or Valkey as captures use it: what it keeps of a capture, who may write, and what is on its disk.

Of a capture there is one hash, `ferra_cdc:<slot>`: who owns it, up to where it has the changes, and of what. It is
watched while a batch is written, so a consumer that has lost its slot without knowing it writes nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, TypeAlias
from uuid import uuid4

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError, ResponseError, WatchError
    from redis.retry import Retry
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] != "redis":
        raise
    raise ModuleNotFoundError("a capture to Redis needs redis: pip install 'ferra-sync[cdc]'", name="redis") from None

from ferra_sync._expression.described import described
from ferra_sync.cdc._errors import SinkError, TakenOverError
from ferra_sync.cdc._position import Position
from ferra_sync.cdc._redis_keys import STATE
from ferra_sync.cdc._sink import Stored
from ferra_sync.errors import ConfigError

Command: TypeAlias = Sequence[str | int]
"""A command and its arguments."""
Durability: TypeAlias = Literal["always", "fsync", "none"]

_TIMEOUT: Final = 30.0
_FSYNC_TIMEOUT: Final = 10_000
"""Milliseconds: Redis writes its file to the disk once a second."""
_FORM: Final = "redis://user:password@host:port/database, or rediss://…"


class RedisClient:
    """A connection to Redis, for one capture; a single thread uses it.

    Raises:
        ConfigError: the URL cannot be used; it is never shown.
    """

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self._client: Any = None
        self._link: Any = None
        self._fsync: Any = None
        self._state = self._owner = ""
        self._durability: Durability = "none"
        self._written: Position | None = None
        self._asked: Position | None = None

    @property
    def commands(self) -> Any:  # noqa: ANN401 - redis-py's client
        """The client, for single commands."""
        return self._client

    def open(self, capture: str) -> Sequence[str]:
        """Connect, and return what is not as it should be of its memory and its disk.

        Raises:
            SinkError: it cannot be reached, or refuses.
        """
        self.close()
        self._state, self._owner = f"{STATE}{capture}", uuid4().hex
        self._written = self._asked = None
        options: dict[str, Any] = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT}
        self._client = redis.Redis.from_url(self._url, retry=Retry(NoBackoff(), 0), protocol=2, **options)
        with self.told():
            memory, persistence = self._client.info("memory"), self._client.info("persistence")
            self._durability = self._found_durability(persistence)
        return [*self._of_memory(memory), *self._of_disk()]

    def stored(self) -> Stored:
        """Return what it has of the capture."""
        with self.told():
            position, origin = self._client.hmget(self._state, "position", "origin")
        return _stored(position, origin)

    def claim(self) -> Stored:
        """Be the owner from now on."""
        with self.told(), self._client.pipeline() as pipe:
            pipe.hset(self._state, "owner", self._owner)
            pipe.hmget(self._state, "position", "origin")
            stored = _stored(*pipe.execute()[1])
        self._written = stored.position
        return stored

    def write(self, commands: Sequence[Command], position: Position | None) -> None:
        """Send commands, and the position, in one transaction.

        Raises:
            TakenOverError: another consumer owns the capture.
            SinkError: it cannot be reached, refuses, or has lost what was written last.
        """
        kept: list[Command] = [] if position is None else [("HSET", self._state, "position", str(position))]
        with self.told():
            _, (owner, written) = self._sent(("WATCH", self._state), ("HMGET", self._state, "owner", "position"))
            self._check(owner, written)
            *_, done = self._sent(("MULTI",), *commands, *kept, ("EXEC",))
            if done is None:
                raise WatchError
            for answer in done:
                if isinstance(answer, RedisError):
                    raise answer
        self._written = position

    def begin_copy(self, origin: str) -> None:
        """Forget the position, and keep of what the copy is."""
        self.write([("HDEL", self._state, "position"), ("HSET", self._state, "origin", origin)], None)

    def confirmed(self, *, wait: bool) -> Position | None:
        """Return up to where all is on its disk; where it keeps nothing there, up to where it was written."""
        if self._durability != "fsync":
            return self._written
        with self.told():
            return self._waited() if wait else self._polled()

    def forget(self) -> None:
        """Remove what it keeps of the capture."""
        with self.told():
            self._client.delete(self._state, f"{self._state}:fsync", f"{self._state}:copied")

    def close(self) -> None:
        """Disconnect; a second time does nothing."""
        client, self._client = self._client, None
        links, self._link, self._fsync = (self._link, self._fsync), None, None
        for link in links:
            if link is not None:
                link.disconnect()
        if client is not None:
            client.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raise what redis-py raises inside as a SinkError, which shows neither a value nor the URL."""
        try:
            yield
        except WatchError:
            problem = "was written to by another consumer, or was disconnected"
        except (RedisError, OSError) as error:
            problem = _reason(error)
        else:
            return
        raise SinkError(f"Redis {problem}")

    def _check(self, owner: bytes | None, written: bytes | None) -> None:
        if owner is None or owner.decode() != self._owner:
            if owner is None:
                raise SinkError("Redis has lost what was written to it")
            raise TakenOverError("another consumer has taken over")
        if (None if written is None else Position.parse(written.decode())) != self._written:
            raise SinkError("Redis has lost what was written to it last")

    def _found_durability(self, persistence: dict[str, Any]) -> Durability:
        if not persistence.get("aof_enabled"):
            return "none"
        try:
            policy = self._client.config_get("appendfsync").get("appendfsync")
        except ResponseError:
            policy = None  # A hosted Redis may not tell.
        if policy == "always":
            return "always"
        try:
            self._client.execute_command("WAITAOF", 0, 0, 0)
        except ResponseError:
            return "none"
        return "none" if policy == "no" else "fsync"

    def _of_disk(self) -> Iterator[str]:
        if self._durability == "none":
            yield "Redis keeps nothing on disk, or does not tell (appendonly, WAITAOF): what it loses is copied anew"

    def _of_memory(self, memory: dict[str, Any]) -> Iterator[str]:
        policy = memory.get("maxmemory_policy", "noeviction")
        if memory.get("maxmemory") and policy != "noeviction":
            yield f"Redis may evict rows (maxmemory-policy {policy}): say noeviction"

    def _sent(self, *commands: Command) -> list[Any]:
        """Send commands at once and return their answers."""
        if self._link is None:
            self._link = self._connected()
        link, self._link = self._link, None  # After an error there may be answers that nobody waits for.
        try:
            link.send_packed_command([b"".join(map(_packed, commands))])
            answers = [link.read_response() for _ in commands]
        except BaseException:
            link.disconnect()
            raise
        self._link = link
        return answers

    def _waited(self) -> Position | None:
        if self._asked is None:
            self._ask()
        return self._answered(self._fsync.read_response())

    def _polled(self) -> Position | None:
        if self._asked is None:
            if self._written is not None:
                self._ask()
            return None
        return self._answered(self._fsync.read_response()) if self._fsync.can_read(timeout=0) else None

    def _ask(self) -> None:
        """Ask when all that was written by now is on the disk: a write of the asking connection comes after it."""
        if self._fsync is None:
            self._fsync = self._connected()
        self._fsync.send_command("SET", f"{self._state}:fsync", str(self._written))
        self._fsync.read_response()
        self._fsync.send_command("WAITAOF", 1, 0, _FSYNC_TIMEOUT)
        self._asked = self._written

    def _answered(self, answer: Sequence[int]) -> Position | None:
        asked, self._asked = self._asked, None
        return asked if answer[0] else None

    def _connected(self) -> Any:  # noqa: ANN401 - redis-py's connection
        """Return a connection of our own: the pool's would be another's after the first error."""
        connection = self._client.connection_pool.make_connection()
        connection.connect()
        return connection


def _packed(command: Command) -> bytes:
    """Return a command as the protocol has it, in a fifth of redis-py's time, which takes arguments of all kinds."""
    parts = [b"*%d\r\n" % len(command)]
    for argument in command:
        data = str(argument).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(parts)


def _stored(position: bytes | None, origin: bytes | None) -> Stored:
    return Stored(None if position is None else Position.parse(position.decode()), (origin or b"").decode())


def _checked(url: object) -> str:
    if not isinstance(url, str):
        raise ConfigError(f"the URL of Redis is a string, not {described(url)}; it is {_FORM}")
    try:
        redis.Redis.from_url(url).close()
    except (RedisError, ValueError, TypeError):
        problem = ConfigError(f"the URL of Redis cannot be used; it is {_FORM}")
    else:
        return url
    raise problem  # Outside, for the other error quotes the URL.


def _reason(error: Exception) -> str:
    """Return what went wrong, by the class of the error and the code that Redis begins its message with."""
    if isinstance(error, ResponseError):
        code = str(error).partition(" ")[0]
        return f"refuses: {code if code.isupper() and code.isalpha() else type(error).__name__}"
    kind = type(error).__name__
    return f"cannot be reached ({kind})" if isinstance(error, OSError | redis.ConnectionError) else f"failed ({kind})"
