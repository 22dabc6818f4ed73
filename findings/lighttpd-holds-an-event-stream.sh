#!/bin/sh
# lighttpd hands on nothing of an event stream until the stream ends, and X-Accel-Buffering does not move it.
#
# Version:   lighttpd 1.4.69-1, Debian 12 (mod_proxy as it comes)
# Guess:     events come at once, as through Caddy, HAProxy and Apache; if they are held, X-Accel-Buffering: no helps
# Behaviour: not a byte, not even the head, with the header or without; server.stream-response-body = 1 lets them through
# So:        whoever sets lighttpd before an event stream needs that line; nothing that the server says replaces it
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" lighttpd=1.4.69-1

folder=$(mktemp -d)
cd "$folder"

for streams in 0 1; do
  cat > "conf$streams" <<END
server.port = 800$streams
server.bind = "127.0.0.1"
server.document-root = "$folder"
server.modules = ("mod_proxy")
server.stream-response-body = $streams
proxy.server = ("" => (("host" => "127.0.0.1", "port" => 9000)))
END
done
# Without the line at all it is as with 0.
sed -i '/stream-response-body/d' conf0
lighttpd -D -f conf0 > log0 2>&1 &
lighttpd -D -f conf1 > log1 2>&1 &

cat > probe.py <<'END'
import socket, threading, time

events = [b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"]
told = threading.Event()
door = socket.create_server(("127.0.0.1", 9000))

def origin(more):
    client, _ = door.accept()
    while not client.recv(65536).endswith(b"\r\n\r\n"):
        pass
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + more + b"Connection: close\r\n\r\n")
    for event in events:
        client.sendall(event)
        time.sleep(0.5)
    told.wait(20)
    client.close()

for name, port, more in [
    ("as it comes", 8000, b""),
    ("X-Accel-Buffering: no", 8000, b"X-Accel-Buffering: no\r\n"),
    ("server.stream-response-body = 1", 8001, b""),
]:
    told.clear()
    threading.Thread(target=origin, args=[more], daemon=True).start()
    for _ in range(100):
        try:
            asker = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.1)
    asker.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
    heard = b""
    until = time.time() + 5
    asker.settimeout(0.5)
    while time.time() < until:
        try:
            heard += asker.recv(65536)
        except socket.timeout:
            pass
    early = str(heard.count(b"data: ")) if heard else "nothing, not even the head,"
    told.set()
    asker.settimeout(20)
    while heard.count(b"data: ") < 3:
        heard += asker.recv(65536)
    print(f"{name}: {early} of 3 events before the answer ends")
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
as it comes: nothing, not even the head, of 3 events before the answer ends
X-Accel-Buffering: no: nothing, not even the head, of 3 events before the answer ends
server.stream-response-body = 1: 3 of 3 events before the answer ends
END
cmp -s expected seen || {
  echo 'changed: expected events only with server.stream-response-body, and saw:'
  cat seen log0 log1
  exit 1
}
echo 'as found: lighttpd 1.4.69 keeps an event stream to itself unless its own setting says otherwise:'
cat seen
