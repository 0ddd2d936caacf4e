"""The two clients that one template gives: what differs between waiting in a thread and waiting in an event loop."""

from __future__ import annotations

from dataclasses import dataclass

from diglot.core.names import Code


@dataclass(frozen=True, slots=True)
class Flavour:
    """The words that differ. `wait` stands before a call that waits, `define` before a method that does."""

    title: Code
    is_async: bool
    prefix: Code
    module_prefix: Code
    define: Code
    wait: Code
    loop: Code
    http: Code
    enter: Code
    exit: Code
    close: Code
    iter: Code
    iterator: Code
    give: Code
    parts: Code
    settled_import: Code
    settled: Code
    settled_end: Code
    result: Code
    may_wait: Code
    paging_imports: Code
    listing: Code
    client: Code
    transport: Code
    paging: Code
    events: Code
    next: Code
    generator: Code
    generator_type: Code
    pass_on: Code


SYNC = Flavour(
    title=Code("synchronous"),
    is_async=False,
    prefix=Code(""),
    module_prefix=Code("_"),
    define=Code("def"),
    wait=Code(""),
    loop=Code("for"),
    http=Code("Client"),
    enter=Code("__enter__"),
    exit=Code("__exit__"),
    close=Code("close"),
    iter=Code("__iter__"),
    iterator=Code("Iterator"),
    give=Code("yield from page.data"),
    parts=Code("iter_bytes"),
    settled_import=Code(""),
    settled=Code(""),
    settled_end=Code(""),
    result=Code("ResultT"),
    may_wait=Code("False"),
    paging_imports=Code("Iterator"),
    listing=Code("Page"),
    client=Code("_client"),
    transport=Code("_transport"),
    paging=Code("_paging"),
    events=Code("_events"),
    next=Code("next"),
    generator=Code("Generator[T, None, None]"),
    generator_type=Code("Generator"),
    pass_on=Code("yield from incoming.iter_bytes()"),
)
ASYNC = Flavour(
    title=Code("asynchronous"),
    is_async=True,
    prefix=Code("Async"),
    module_prefix=Code("_async_"),
    define=Code("async def"),
    wait=Code("await "),
    loop=Code("async for"),
    http=Code("AsyncClient"),
    enter=Code("__aenter__"),
    exit=Code("__aexit__"),
    close=Code("aclose"),
    iter=Code("__aiter__"),
    iterator=Code("AsyncIterator"),
    give=Code("for row in page.data:\n                yield row"),
    parts=Code("aiter_bytes"),
    settled_import=Code(", settled"),
    settled=Code("await settled("),
    settled_end=Code(")"),
    result=Code("Awaitable[ResultT]"),
    may_wait=Code("True"),
    paging_imports=Code("AsyncIterator, Generator"),
    listing=Code("AsyncPages"),
    client=Code("_async_client"),
    transport=Code("_async_transport"),
    paging=Code("_async_paging"),
    events=Code("_async_events"),
    next=Code("anext"),
    generator=Code("AsyncGenerator[T, None]"),
    generator_type=Code("AsyncGenerator"),
    pass_on=Code("async for chunk in incoming.aiter_bytes():\n                yield chunk"),
)
FLAVOURS = (SYNC, ASYNC)
