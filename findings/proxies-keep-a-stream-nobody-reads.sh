#!/bin/sh
# HAProxy, Apache and lighttpd keep a quiet event stream open to the server after its reader has gone; nginx and Caddy end it.
#
# Version:   haproxy 2.6.12-1+deb12u4, apache2-bin 2.4.71-1~deb12u1, lighttpd 1.4.69-1, nginx-light 1.22.1-9+deb12u11,
#            caddy 2.6.2-5, Debian 12, each with the plainest configuration that lets the stream through
# Guess:     a reader that closes its connection is noticed by each proxy, and the server's side is closed within a second
# Behaviour: nginx and Caddy close it at once. Behind the other three nothing comes in 5 seconds; it is closed when the
#            server has written again
# So:        a server that says nothing does not learn who has left: a comment line every few seconds ends such streams
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" nginx-light=1.22.1-9+deb12u11 lighttpd=1.4.69-1 \
  apache2-bin=2.4.71-1~deb12u1 haproxy=2.6.12-1+deb12u4 caddy=2.6.2-5

folder=$(mktemp -d)
cd "$folder"
export HOME="$folder"

cat > nginx.conf <<END
daemon off;
pid $folder/pid;
error_log $folder/log;
events {}
http {
  access_log off;
  server { listen 127.0.0.1:8001; location / { proxy_pass http://127.0.0.1:9000; proxy_buffering off; } }
}
END
nginx -e "$folder/log" -c "$folder/nginx.conf" &

cat > Caddyfile <<END
{
  admin off
  auto_https off
}
http://:8002 {
  reverse_proxy 127.0.0.1:9000
}
END
caddy run --config Caddyfile >> log 2>&1 &

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
haproxy -f haproxy.cfg >> log 2>&1 &

cat > apache.conf <<END
ServerRoot $folder
ServerName localhost
PidFile $folder/apache.pid
ErrorLog $folder/log
Listen 127.0.0.1:8004
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
ProxyPass / http://127.0.0.1:9000/
END
apache2 -f "$folder/apache.conf" -DFOREGROUND >> log 2>&1 &

cat > lighttpd.conf <<END
server.port = 8005
server.bind = "127.0.0.1"
server.document-root = "$folder"
server.modules = ("mod_proxy")
server.stream-response-body = 1
proxy.server = ("" => (("host" => "127.0.0.1", "port" => 9000)))
END
lighttpd -D -f lighttpd.conf >> log 2>&1 &

cat > probe.py <<'END'
import socket, time

door = socket.create_server(("127.0.0.1", 9000))

def ended(server, seconds):
    server.settimeout(0.1)
    until = time.time() + seconds
    while time.time() < until:
        try:
            if server.recv(10) == b"":
                return True
        except socket.timeout:
            pass
        except OSError:
            return True
    return False

def event(server):
    server.settimeout(20)
    try:
        server.sendall(b"9\r\ndata: 1\n\n\r\n")
    except OSError:
        pass

for port, name in enumerate(["nginx", "Caddy", "HAProxy", "Apache", "lighttpd"], 8001):
    for _ in range(150):
        try:
            reader = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.1)
    reader.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
    server, _ = door.accept()
    while not server.recv(65536).endswith(b"\r\n\r\n"):
        pass
    server.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    event(server)
    reader.settimeout(20)
    heard = b""
    while b"data: 1" not in heard:
        heard += reader.recv(65536)
    reader.close()
    if ended(server, 5):
        print(f"{name}: ended")
        continue
    for _ in range(10):
        event(server)
        if ended(server, 1):
            print(f"{name}: open after 5 seconds, ended when the server wrote")
            break
    else:
        print(f"{name}: open")
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
nginx: ended
Caddy: ended
HAProxy: open after 5 seconds, ended when the server wrote
Apache: open after 5 seconds, ended when the server wrote
lighttpd: open after 5 seconds, ended when the server wrote
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: when the reader of an event stream closes, its connection from the proxy to the server is:'
cat seen
