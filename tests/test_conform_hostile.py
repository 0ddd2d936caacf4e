"""Servers that misbehave on the wire: each costs bounded time and memory, and is said in one line or one finding."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from urllib.parse import unquote

import pytest

from conform_help import CONTRACT, LAWS
from diglot.conform import Options, Report, Target, run
from diglot.conform.credentials import Credential, Redactor
from diglot.conform.outcome import Status
from diglot.conform.wire import sender
from diglot.conform.wire.exchange import Exchange, Request
from diglot.conform.wire.pacing import asked_wait
from diglot.conform.wire.sender import MAX_ANSWER, Connection, StaleError
from diglot.conform.wire.session import BudgetSpentError, Session
from diglot.core.usage import UsageError
from faulty_help import Act, Faulty, answer, close, drip, faulty, hang, reset
from servers.right import KEYS, Books, Choices, known

GET = Request("GET", "/x", credential=Credential("valid", "Bearer a-key-that-stays"))
QUICK = Options(engines=("laws",), timeout=5, budget=60, journal=False)
Answer = Callable[[str, bytes], "bytes | Act"]


def sent(server: Faulty, request: Request = GET, timeout: float = 5) -> Exchange:
    connection = Connection(server.url, timeout)
    try:
        return connection.send(request)
    finally:
        connection.close()


# --- one answer


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FAILURES: dict[str, tuple[bytes | Act, str]] = {
    "hangs before": (hang(), "timeout"),
    "hangs within the status line": (hang(b"HTTP/1.1 20"), "timeout"),
    "hangs within headers": (hang(HEAD), "timeout"),
    "hangs within the body": (hang(HEAD + b"Content-Length: 9\r\n\r\n{}"), "timeout"),
    "drips headers": (drip(HEAD, b"X-A: 1\r\n"), "timeout"),
    "drips one header": (drip(HEAD + b"X: ", b"a"), "timeout"),
    "drips a body": (drip(HEAD + b"Content-Length: 99999\r\n\r\n", b"1"), "timeout"),
    "drips chunks": (drip(CHUNKED, b"1\r\n1\r\n"), "timeout"),
    "drips interim answers": (drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.1), "timeout"),
    "closes before": (close(), "dropped"),
    "closes within headers": (close(HEAD), "dropped"),
    "closes within the body": (close(HEAD + b"Content-Length: 9\r\n\r\n{}"), "dropped"),
    "closes within a chunk": (close(CHUNKED + b"ff\r\n{}"), "dropped"),
    "resets before": (reset(b""), "dropped"),
    "resets within the body": (reset(HEAD + b"Content-Length: 9\r\n\r\n{}"), "dropped"),
    "chunks of no size": (close(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"), "dropped"),
    "chunks of a negative size": (close(CHUNKED + b"-5\r\n{}\r\n"), "dropped"),
    "chunks of a size without end": (close(CHUNKED + b"1" * 99_999), "dropped"),
    "no HTTP": (close(b"SSH-2.0-OpenSSH_9.6\r\n"), "dropped"),
    "\x1b[31m as HTTP": (close(b"\x1b[31mHTTP\r\n\r\n"), "dropped"),
    "a status that is none": (close(b"HTTP/1.1 abc OK\r\n\r\n"), "dropped"),
    "headers without end": (drip(HEAD, b"X-A: 1\r\n" * 9999, 0), "dropped"),
    "a header without end": (drip(HEAD + b"X: ", b"a" * 65536, 0), "dropped"),
    "interim answers without end": (drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 999, 0), "dropped"),
    "a body without end": (drip(HEAD + b"Connection: close\r\n\r\n", b"1" * 262_144, 0), "too-large"),
    "chunks without end": (drip(CHUNKED, b"40000\r\n" + b"1" * 262_144 + b"\r\n", 0), "too-large"),
    "a trailer without end": (drip(CHUNKED + b"0\r\n", (b"X: " + b"a" * 60_000 + b"\r\n") * 9, 0), "too-large"),
    "a length that is larger than allowed": (answer(b"1" * (MAX_ANSWER + 1)), "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_no_answer_is_a_failure_with_a_reason(name: str) -> None:
    act, failure = FAILURES[name]
    with faulty(act) as server:
        exchange = sent(server, timeout=0.3 if failure == "timeout" else 10)
    assert (exchange.status, exchange.failure, exchange.body) == (0, failure, b"")
    assert exchange.reason.isprintable()
    assert "\x1b" not in exchange.reason
    assert len(server.heads) == 1


def test_what_is_packed_is_unpacked_and_bounded() -> None:
    packed = gzip.compress(b'{"a": 1}')
    bomb = gzip.compress(b"0" * (64 * 1024 * 1024), 1)
    with faulty(
        answer(packed, content_encoding="gzip"),
        answer(bomb, content_encoding="gzip"),
        answer(packed[:-9], content_encoding="gzip"),
        answer(b"{}", content_encoding="gzip"),
    ) as server:
        assert sent(server, timeout=10).json == {"a": 1}
        tracemalloc.start()
        burst = sent(server, timeout=10)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert burst.failure == "too-large"
        assert peak < 4 * MAX_ANSWER
        assert [sent(server, timeout=10).failure for _ in range(2)] == ["dropped", "dropped"]


def test_interim_answers_are_passed_over_and_redirects_are_answers() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with faulty(answer("{}")) as elsewhere:
        redirect = answer(b"", 307, location=elsewhere.url + "/y")
        with faulty(b"HTTP/1.1 100 Continue\r\n\r\n" + hints + answer('{"a": 1}'), redirect) as server:
            connection = Connection(server.url, 5)
            assert connection.send(GET).json == {"a": 1}
            assert connection.send(GET).status == 307
            connection.close()
        assert elsewhere.heads == []


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(answer("{}")) as proxy, faulty(answer('{"a": 1}')) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert sent(server).json == {"a": 1}
        assert proxy.heads == []


def test_a_stale_connection_is_made_anew_once_and_a_fresh_one_is_not() -> None:
    with faulty(answer("{}"), close(), answer('{"a": 1}'), close()) as server:
        session = Session(server.url, Options(), Redactor())
        assert session.send(GET).json == {}
        assert session.send(GET).json == {"a": 1}  # the second was closed under it, and sent anew
        assert session.send(GET).failure == "dropped"  # closed twice
        session.close()
    assert len(server.heads) == session.sent == 5


def test_an_answer_that_had_begun_is_not_asked_for_again() -> None:
    with faulty(answer("{}"), close(HEAD), answer('{"a": 1}')) as server:
        session = Session(server.url, Options(), Redactor())
        session.send(GET)
        assert session.send(GET).failure == "dropped"
        session.close()
    assert len(server.heads) == 2


def test_what_follows_an_answer_unasked_is_not_taken_for_the_next() -> None:
    with faulty(answer('{"a": 1}') + answer('{"a": 666}'), answer('{"a": 2}')) as server:
        session = Session(server.url, Options(), Redactor())
        assert [session.send(GET).json for _ in range(2)] == [{"a": 1}, {"a": 2}]
        session.close()


def test_a_request_never_breaks_out_of_its_line() -> None:
    with faulty(answer("{}")) as server:
        request = replace(GET, path="/a b\r\nX-Evil: 1", query="q=\u4e2d\n")
        assert sent(server, request).status == 200
        assert sent(server, replace(GET, headers=(("X-A", "1\r\nX-Evil: 1"),))).failure == "dropped"
        assert sent(server, replace(GET, media_type="a\nX-Evil: 1")).failure == "dropped"
    (head,) = server.heads
    assert head.startswith("GET /a%20b%0D%0AX-Evil:%201?q=%E4%B8%AD%0A HTTP/1.1\r\n")


def test_a_large_body_that_is_refused_unread_gets_its_answer() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.sendall(answer('{"code": "too_large"}', 413, connection="close"))

    with faulty(choose=lambda _head, _body: refuse) as server:
        exchange = sent(server, Request("POST", "/x", body=b"1" * 1000, media_type="application/json"), 5)
    assert exchange.status == 413


def test_a_stale_error_is_raised_only_where_nothing_came() -> None:
    with faulty(answer("{}"), reset(b"")) as server:
        connection = Connection(server.url, 5)
        connection.send(GET)
        with pytest.raises(StaleError):
            connection.send(GET)
        connection.close()


# --- limits of the rate


def exchange_with(status: int = 429, **headers: str) -> Exchange:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange(GET, "", status, told, b"")


def date_of(seconds: float) -> str:
    return formatdate(seconds, usegmt=True)


def test_retry_after_is_a_number_a_date_or_nothing() -> None:
    now = time.time()
    assert asked_wait(exchange_with(retry_after="7")) == 7
    assert asked_wait(exchange_with(retry_after="0")) == pytest.approx(0.1)
    assert asked_wait(exchange_with()) == asked_wait(exchange_with(retry_after="soon")) == 1
    assert asked_wait(exchange_with(retry_after="-5")) == 1
    assert 8 <= asked_wait(exchange_with(retry_after=formatdate(now + 10, usegmt=True))) <= 10
    by_its_clock = exchange_with(
        retry_after=formatdate(1_000_005, usegmt=True), date=formatdate(1_000_000, usegmt=True)
    )
    assert asked_wait(by_its_clock) == 5
    assert asked_wait(exchange_with(retry_after=formatdate(0, usegmt=True))) == pytest.approx(0.1)
    assert asked_wait(exchange_with(retry_after="9" * 12)) > 1e11


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_limits_the_rate_is_waited_for(status: int) -> None:
    with faulty(answer("{}", status, retry_after="0"), answer('{"a": 1}')) as server:
        session = Session(server.url, Options(), Redactor())
        assert session.send(GET).json == {"a": 1}
        session.close()
    assert len(server.heads) == session.sent == 2


@pytest.mark.parametrize("asked", ["86400", formatdate(time.time() + 86_400, usegmt=True), "9" * 12])
def test_no_wait_is_longer_than_the_budget(asked: str) -> None:
    with faulty(answer("{}", 429, retry_after=asked)) as server:
        session = Session(server.url, Options(budget=2), Redactor())
        with pytest.raises(BudgetSpentError, match="lets more requests through"):
            session.send(GET)
        session.close()
        with pytest.raises(UsageError, match=r"cannot be tested: .*429"):
            run(Target.parse(server.url), CONTRACT, LAWS, known(), QUICK)


def test_requests_keep_to_a_rate() -> None:
    with faulty(answer("{}")) as server:
        session = Session(server.url, Options(rate=50), Redactor())
        for _ in range(11):
            session.send(GET)
        session.close()
        assert session.elapsed >= 10 / 50
        slow = Session(server.url, Options(rate=0.01, budget=1), Redactor())
        slow.send(GET)
        with pytest.raises(BudgetSpentError, match="more than 1 s"):
            slow.send(GET)
        slow.close()


# --- whole runs


def of_books(books: Books, head: str, body: bytes) -> bytes:
    """The answer of a right server."""
    method, target, _ = head.split("\r\n")[0].split(" ")
    path, _, query = target.partition("?")
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    headers = {name.lower(): value.strip() for name, _, value in lines}
    status, given, payload = books(method, unquote(path), query, headers, body)
    told = {name.replace("-", "_"): value for name, value in given.items()}
    return answer(json.dumps(payload), status, **told)


@contextmanager
def api(odd: Callable[[str, int], bytes | Act | None]) -> Iterator[Faulty]:
    """A right server, but for what `odd` says of a request (its first line, and how many there were)."""
    books, lock, count = Books(Choices(count=30)), threading.Lock(), [0]

    def choose(head: str, body: bytes) -> bytes | Act:
        with lock:
            count[0] += 1
            number = count[0]
        return odd(head.split("\r\n")[0], number) or of_books(books, head, body)

    with faulty(choose=choose) as server:
        yield server


def examine(server: Faulty, options: Options = QUICK) -> Report:
    report = run(Target.parse(server.url), CONTRACT, LAWS, known(), options)
    told = repr(report)
    assert all(key not in told for key in KEYS)
    return report


@pytest.mark.parametrize("name", ["hangs before", "hangs within the body", "drips headers", "closes before", "no HTTP"])
def test_a_server_that_never_answers_is_one_line(name: str) -> None:
    with faulty(FAILURES[name][0]) as server, pytest.raises(UsageError, match="cannot reach") as caught:
        examine(server, replace(QUICK, timeout=0.3))
    assert "\n" not in str(caught.value)


WRITES = ("POST", "PATCH")
PARTIAL: dict[str, bytes | Act] = {
    "hangs": hang(),
    "closes": close(),
    "resets within the answer": reset(HEAD),
    "a body without end": drip(HEAD + b"Connection: close\r\n\r\n", b"1" * 262_144, 0),
    "a bomb": answer(gzip.compress(b"0" * (16 * 1024 * 1024), 1), content_encoding="gzip"),
    "HTML": answer("<h1>Sorry</h1>", 200, content_type="text/html"),
}


@pytest.mark.parametrize("name", PARTIAL)
def test_an_operation_that_misbehaves_is_a_finding(name: str) -> None:
    with api(lambda line, _: PARTIAL[name] if line.startswith("POST") else None) as server:
        seconds = 0.5 if name == "hangs" else 5
        report = examine(server, replace(QUICK, only=("input.valid",), timeout=seconds))
    operations = {found.operation for found in report.findings}
    assert operations == {"POST /datasets/{}/documents/metadata"}
    assert len(report.findings) <= 2


def test_a_redirect_elsewhere_never_gets_the_key() -> None:
    with faulty(answer("{}")) as elsewhere:
        away = answer(b"", 308, location=elsewhere.url + "/v1/datasets")
        with api(lambda line, _: away if line.startswith(WRITES) else None) as server:
            report = examine(server, replace(QUICK, engines=("laws", "fuzz"), max_requests=250))
        assert elsewhere.heads == []
    assert {part.operation.split(" ")[0] for found in report.findings for part in found.parts} == set(WRITES)
    with faulty(answer("{}")) as elsewhere:
        with faulty(answer(b"", 301, location=elsewhere.url)) as server:
            report = examine(server, replace(QUICK, engines=("laws", "fuzz")))
        assert elsewhere.heads == []
    assert [found.rule for found in report.findings] == ["contract-not-served"]


def test_a_server_that_dies_ends_the_run_and_not_the_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    said: list[str] = []
    empty = answer(json.dumps({"data": [], "has_more": False, "limit": 100, "total": 0, "page": 1}))
    with api(lambda line, number: empty if "status=" in line else None) as server:

        def die(status: Status) -> None:
            if status.what == "values.replace":
                server.die()

        options = replace(QUICK, journal=True, progress=die, say=lambda phrase, **_: said.append(phrase))
        report = examine(server, options)
    assert "filter-wrong" in {found.rule for found in report.findings}
    assert "journal-kept" in said
    assert any("putting back" in one.what for one in report.not_exercised)
    assert len(list(tmp_path.rglob("*.json"))) == 1


# --- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that signs itself, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    path = folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", path]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    path.write_text(path.read_text() + (folder / "key.pem").read_text(), encoding="utf-8")
    return path


@contextmanager
def behind_tls(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                    with plain, context.wrap_socket(plain, server_side=True) as connection:
                        while connection.recv(65536):
                            connection.sendall(answer('{"a": 1}'))
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_certificate_that_nobody_vouches_for_is_one_line(
    certificate: Path, diglot: Callable[..., tuple[int, str, str]]
) -> None:
    with behind_tls(certificate) as port:
        code, out, err = diglot("conform", f"https://localhost:{port}/v1", "--dataset", "d")
    assert (code, out) == (2, "")
    (line,) = err.strip().splitlines()
    assert "certificate is not trusted" in line
    assert "SSL_CERT_FILE" in line


def test_a_certificate_of_ones_own_is_used_where_it_is_named(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sender._context.cache_clear()
    with behind_tls(certificate) as port:
        connection = Connection(f"https://localhost:{port}", 5)
        assert [connection.send(GET).json for _ in range(2)] == [{"a": 1}] * 2
        connection.close()
    sender._context.cache_clear()


def test_a_server_without_tls_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(65536)

        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(UsageError, match="no TLS"):
            examine(Faulty(f"https://127.0.0.1:{listener.getsockname()[1]}"), replace(QUICK, timeout=10))
        thread.join(5)
