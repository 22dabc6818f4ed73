#!/bin/sh
# A reload of Caddy closes every WebSocket with 1001 at once; nginx and HAProxy keep theirs until the client leaves.
#
# Version:   caddy 2.6.2-5, nginx-light 1.22.1-9+deb12u11, haproxy 2.6.12-1+deb12u4, Debian 12
# Guess:     a reload ends no connection in any of them: the old configuration serves what is open until it ends
# Behaviour: so for nginx and HAProxy; Caddy ends the WebSocket within a second, and a grace_period of 60 s in the new and
#            the old configuration does not hold it
# So:        clients behind Caddy all come back in the same second: tell them apart from a crash, and spread their return
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" nginx-light=1.22.1-9+deb12u11 haproxy=2.6.12-1+deb12u4 caddy=2.6.2-5

folder=$(mktemp -d)
cd "$folder"
export HOME="$folder"

cat > Caddyfile <<END
{
  admin 127.0.0.1:2019
  auto_https off
  grace_period 60s
}
http://:8001 {
  reverse_proxy 127.0.0.1:9000
}
END
caddy run --config Caddyfile > log 2>&1 &

cat > nginx.conf <<END
daemon off;
pid $folder/nginx.pid;
error_log $folder/log;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:8002;
    location / {
      proxy_pass http://127.0.0.1:9000;
      proxy_http_version 1.1;
      proxy_set_header Upgrade \$http_upgrade;
      proxy_set_header Connection upgrade;
    }
  }
}
END
nginx -e "$folder/log" -c "$folder/nginx.conf" &

cat > haproxy.cfg <<END
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen a
  bind 127.0.0.1:8003
  server s 127.0.0.1:9000
END
haproxy -W -p "$folder/haproxy.pid" -f haproxy.cfg >> log 2>&1 &

# A site of another name makes the configuration differ, or Caddy would not load it.
sed 's/8001 {/8001, http:\/\/:8009 {/' Caddyfile > Caddyfile2
cat > reload <<END
caddy reload --config $folder/Caddyfile2 --adapter caddyfile
nginx -e "$folder/log" -c "$folder/nginx.conf" -s reload
kill -USR2 \$(cat "$folder/haproxy.pid")
END

cat > probe.py <<'END'
import base64, hashlib, socket, subprocess, threading, time

door = socket.create_server(("127.0.0.1", 9000))

def serve(client):
    asked = b""
    while not asked.endswith(b"\r\n\r\n"):
        asked += client.recv(65536)
    key = next(line for line in asked.decode().split("\r\n") if line.lower().startswith("sec-websocket-key")).split(": ")[1]
    accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    client.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
    try:
        while True:
            client.sendall(b"\x81\x01.")
            time.sleep(0.2)
    except OSError:
        pass

def origin():
    while True:
        client, _ = door.accept()
        threading.Thread(target=serve, args=[client], daemon=True).start()

threading.Thread(target=origin, daemon=True).start()

names = ["Caddy", "nginx", "HAProxy"]
open_sockets = []
for port, name in enumerate(names, 8001):
    for _ in range(150):
        try:
            client = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.1)
    client.settimeout(20)
    client.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    heard = b""
    while b"\x81\x01." not in heard:
        heard += client.recv(65536)
    open_sockets.append(client)

subprocess.run(["sh", "-e", "reload"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
until = time.time() + 6
lines = {}
for name, client in zip(names, open_sockets):
    heard, lines[name] = b"", "open 6 seconds later"
    while time.time() < until or heard == b"":
        part = client.recv(65536)
        if part == b"":
            lines[name] = "closed with 1001" if b"\x88\x02\x03\xe9" in heard else "closed"
            break
        heard += part
for name in names:
    print(f"{name}: {lines[name]}")
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
Caddy: closed with 1001
nginx: open 6 seconds later
HAProxy: open 6 seconds later
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: after a reload, a WebSocket that was open before is:'
cat seen
