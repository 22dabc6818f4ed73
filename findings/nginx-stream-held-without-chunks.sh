#!/bin/sh
# nginx with its defaults passes an event stream in chunks at once, and of one without chunks nothing until it ends.
#
# Version:   nginx-light 1.22.1-9+deb12u11, Debian 12
# Guess:     proxy_buffering, which is on, holds small events back whatever the answer's form, and proxy_http_version 1.1
#            changes nothing about that
# Behaviour: Transfer-Encoding: chunked: each event is there at once, with buffering on. An answer that ends with its
#            connection, as HTTP/1.0 asks for (nginx's default towards the server): not a byte, not even the head
# So:        X-Accel-Buffering: no cures both; a test through nginx must ask with HTTP/1.0, or it proves nothing
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" nginx-light=1.22.1-9+deb12u11

folder=$(mktemp -d)
cd "$folder"

cat > nginx.conf <<END
daemon off;
pid $folder/pid;
error_log $folder/log;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:8000;
    location / { proxy_pass http://127.0.0.1:9000; proxy_http_version 1.1; }
  }
}
END
nginx -e "$folder/log" -c "$folder/nginx.conf" &

cat > probe.py <<'END'
import socket, threading, time

END_OF_HEAD = b"\r\n\r\n"
events = [b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"]
told = threading.Event()

def origin(form):
    client, _ = door.accept()
    while not client.recv(65536).endswith(END_OF_HEAD):
        pass
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    client.sendall(head + (b"Transfer-Encoding: chunked\r\n\r\n" if form == "chunks" else b"Connection: close\r\n\r\n"))
    for event in events:
        client.sendall(b"%x\r\n%s\r\n" % (len(event), event) if form == "chunks" else event)
        time.sleep(0.5)
    told.wait(20)
    if form == "chunks":
        client.sendall(b"0\r\n\r\n")
    client.close()

door = socket.create_server(("127.0.0.1", 9000))
for form in ["chunks", "no chunks"]:
    told.clear()
    threading.Thread(target=origin, args=[form], daemon=True).start()
    for _ in range(100):
        try:
            asker = socket.create_connection(("127.0.0.1", 8000))
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
    print(f"{form}: {early} of 3 events before the answer ends")
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
chunks: 3 of 3 events before the answer ends
no chunks: nothing, not even the head, of 3 events before the answer ends
END
cmp -s expected seen || {
  echo 'changed: expected 3 events with chunks and none without, and saw:'
  cat seen log
  exit 1
}
echo 'as found: nginx 1.22.1 with proxy_buffering on holds only the event stream that has no chunks:'
cat seen
