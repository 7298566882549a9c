"""Malformed, oversized and slow requests get an error, and cost the engine nothing."""
import json
import os
import socket
import time

from support import Engine, main, require, say

TARGET = "AmazonEC2ContainerServiceV20141113."
OVERSIZED = 64 * 1024 * 1024


def connect(engine, timeout=10):
    return socket.create_connection(("127.0.0.1", engine.port), timeout=timeout)


def head(length, action="ListClusters"):
    return (f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: {TARGET}{action}\r\nContent-Type: application/x-amz-json-1.1\r\n"
            f"Content-Length: {length}\r\n\r\n").encode()


def exchange(engine, data, timeout=10):
    """Everything the engine answers until it closes the connection or stays silent."""
    with connect(engine, timeout) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may close before it has read all
        return read_all(connection)


def read_all(connection):
    answer = b""
    try:
        while chunk := connection.recv(65536):
            answer += chunk
    except (ConnectionResetError, socket.timeout):
        pass
    return answer


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else None


def resident_kib(engine):
    with open(f"/proc/{engine.process.pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def descriptors(engine):
    return len(os.listdir(f"/proc/{engine.process.pid}/fd"))


def malformed(engine):
    for name, data in {
        "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(200) + b"\r\n\r\n",
        "no JSON": head(5) + b"{oops",
        "no object": head(2) + b"[]",
        "deep JSON": head(200_000) + b"[" * 200_000,
        "wrong type": head(23, "CreateCluster") + b'{"clusterName": [1, 2]}',
        "not UTF-8": head(22, "CreateCluster") + b'{"clusterName": "\xff\xfe"}',
        "no such operation": head(2, "MakeCoffee") + b"{}",
        "no target": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
        "negative length": head(-1),
        "long header": b"POST / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        "other method": b"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
    }.items():
        status = status_of(exchange(engine, data))
        assert status is None or 400 <= status < 600, f"{name}: status {status}"
        # An application's mistake must get an answer, not a closed door.
        assert status is not None or name in ("no HTTP", "negative length", "long header"), f"{name}: no answer"
    say("malformed requests get errors")


def oversized(engine):
    before = resident_kib(engine)
    status = status_of(exchange(engine, head(OVERSIZED) + b" " * OVERSIZED, 30))
    assert status in (400, 413), f"64 MiB announced and sent: status {status}"
    chunk = b"%x\r\n" % (1 << 20) + b" " * (1 << 20) + b"\r\n"
    chunked = head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + chunk * 64 + b"0\r\n\r\n"
    status = status_of(exchange(engine, chunked, 30))
    assert status in (None, 400, 413), f"64 MiB in chunks: status {status}"
    grown = resident_kib(engine) - before
    assert grown < 24 * 1024, f"memory grew by {grown} KiB"
    say(f"64 MiB are refused; memory grew by {grown} KiB")


def slow(engine):
    """Forty clients that never finish do not keep a good one waiting, and are cut off."""
    before = descriptors(engine)
    idlers = []
    for number in range(40):
        idler = connect(engine)
        idler.sendall((head(100) if number % 2 else b"POST / HT") + (b"{" if number % 2 else b""))
        idlers.append(idler)
    begun = time.monotonic()
    status, _ = engine.call("ListClusters")
    took = time.monotonic() - begun
    assert status == 200 and took < 2, f"a good request took {took:.2f} s"
    end = time.monotonic() + 90
    for idler in idlers:
        idler.settimeout(max(1, end - time.monotonic()))
        try:
            while idler.recv(4096):
                pass
        except ConnectionResetError:
            pass
        except socket.timeout as error:
            raise AssertionError("a client that never finishes its request is still connected after 90 s") from error
        idler.close()
    say(f"40 stalled clients were cut off after {time.monotonic() - begun:.0f} s; meanwhile a good request took {took * 1000:.0f} ms")
    engine.call("ListClusters")
    assert descriptors(engine) <= before + 4, f"file descriptors: {before} before, {descriptors(engine)} after"


def test(engines):
    engine = Engine()
    engines.append(engine)
    malformed(engine)
    oversized(engine)
    slow(engine)
    status, answer = engine.call("CreateCluster", clusterName="after")
    assert status == 200, json.dumps(answer)
    assert engine.process.poll() is None


require()
main(test)
