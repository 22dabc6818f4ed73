#!/bin/sh
# HAProxy with compression hands out each event of a stream without its last bytes, which come with the next event.
#
# Version:   haproxy 2.6.12-1+deb12u4, Debian 12 (compression algo gzip, and nothing more said of it)
# Guess:     a compressed event stream is either held back until a buffer is full, or each event comes whole, as nginx and
#            Apache have it when they compress
# Behaviour: "data: 1" comes at once and the two line breaks that make it an event do not: a reader is always one event
#            behind. Cache-Control: no-transform switches the compression off, and the event is whole
# So:        every event stream says no-transform
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" haproxy=2.6.12-1+deb12u4

folder=$(mktemp -d)
cd "$folder"

cat > haproxy.cfg <<'END'
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen a
  bind 127.0.0.1:8000
  compression algo gzip
  server s 127.0.0.1:9000
END
haproxy -f haproxy.cfg > log 2>&1 &

cat > probe.py <<'END'
import socket, time, zlib

door = socket.create_server(("127.0.0.1", 9000))

def text(raw):
    """What a reader has of the body so far: chunks joined, then unpacked if it is packed."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    body = b""
    while b"\r\n" in rest:
        size, _, rest = rest.partition(b"\r\n")
        body += rest[:int(size, 16)]
        rest = rest[int(size, 16) + 2:]
    return zlib.decompressobj(31).decompress(body) if b"content-encoding: gzip" in head.lower() else body

def heard(reader, raw, seconds, enough):
    reader.settimeout(0.2)
    until = time.time() + seconds
    while time.time() < until and not enough(text(raw)):
        try:
            raw += reader.recv(65536)
        except socket.timeout:
            pass
    return raw

for name, control in [("compressed", "no-cache"), ("no-transform", "no-cache, no-transform")]:
    for _ in range(150):
        try:
            reader = socket.create_connection(("127.0.0.1", 8000))
            break
        except OSError:
            time.sleep(0.1)
    reader.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\nAccept-Encoding: gzip\r\n\r\n")
    server, _ = door.accept()
    while not server.recv(65536).endswith(b"\r\n\r\n"):
        pass
    server.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: {control}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n".encode())
    server.sendall(b"9\r\ndata: 1\n\n\r\n")
    raw = heard(reader, b"", 20, lambda seen: b"data: 1" in seen)
    raw = heard(reader, raw, 4, lambda seen: b"\n\n" in seen)
    print(f"{name}: after the first event {text(raw)},", end=" ")
    server.sendall(b"9\r\ndata: 2\n\n\r\n")
    raw = heard(reader, raw, 20, lambda seen: b"data: 1\n\n" in seen and b"data:" in seen[9:])
    print("the first is whole when the second was sent" if text(raw).startswith(b"data: 1\n\n") else text(raw))
    server.close()
    reader.close()
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
compressed: after the first event b'data: 1', the first is whole when the second was sent
no-transform: after the first event b'data: 1\n\n', the first is whole when the second was sent
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: what has arrived through HAProxy 2.6.12 four seconds later:'
cat seen
