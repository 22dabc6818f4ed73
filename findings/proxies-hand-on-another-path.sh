#!/bin/sh
# nginx, lighttpd and Apache hand on another path than was asked for when a name in it has a slash or a semicolon.
#
# Version:   nginx-light 1.22.1-9+deb12u11, lighttpd 1.4.69-1, apache2-bin 2.4.71-1~deb12u1, haproxy 2.6.12-1+deb12u4,
#            caddy 2.6.2-5, Debian 12, each with the plainest configuration of a proxy
# Guess:     %2F and %3B in a path arrive as they were sent, through all five (RFC 3986 2.2: they are not / and ;);
#            Apache alone answers 404 to %2F, as its handbook says
# Behaviour: nginx: so, but with a slash behind the address (proxy_pass http://server/) both are decoded.
#            lighttpd: %2F becomes "/". Apache: %3B becomes ";". HAProxy and Caddy: as sent
# So:        names in paths should need no escapes; else say in the handbook how the proxy is set up
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
  server { listen 127.0.0.1:8001; location / { proxy_pass http://127.0.0.1:9000; } }
  server { listen 127.0.0.1:8002; location / { proxy_pass http://127.0.0.1:9000/; } }
}
END
nginx -e "$folder/log" -c "$folder/nginx.conf" &

cat > lighttpd.conf <<END
server.port = 8003
server.bind = "127.0.0.1"
server.document-root = "$folder"
server.modules = ("mod_proxy")
proxy.server = ("" => (("host" => "127.0.0.1", "port" => 9000)))
END
lighttpd -D -f lighttpd.conf >> log 2>&1 &

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

cat > haproxy.cfg <<END
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen a
  bind 127.0.0.1:8005
  server s 127.0.0.1:9000
END
haproxy -f haproxy.cfg >> log 2>&1 &

cat > Caddyfile <<END
{
  admin off
  auto_https off
}
http://:8006 {
  reverse_proxy 127.0.0.1:9000
}
END
caddy run --config Caddyfile >> log 2>&1 &

cat > probe.py <<'END'
import socket, threading, time

door = socket.create_server(("127.0.0.1", 9000))

def origin():
    while True:
        client, _ = door.accept()
        asked = client.recv(65536)
        path = asked.split(b" ")[1]
        client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(path), path))
        client.close()

threading.Thread(target=origin, daemon=True).start()

def through(port, path):
    for _ in range(150):
        try:
            asker = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.1)
    asker.settimeout(20)
    asker.sendall(f"GET {path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n".encode())
    heard = b""
    while part := asker.recv(65536):
        heard += part
    head, body = heard.decode().split("\r\n\r\n", 1)
    status = head.split(" ")[1]
    return body if status == "200" else status

names = ["nginx", "nginx with a slash", "lighttpd", "Apache", "HAProxy", "Caddy"]
for number, name in enumerate(names, 8001):
    print(f"{name}:", through(number, "/phones/a%2Fb"), through(number, "/phones/a%3Bb"))
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
nginx: /phones/a%2Fb /phones/a%3Bb
nginx with a slash: /phones/a/b /phones/a;b
lighttpd: /phones/a/b /phones/a%3Bb
Apache: 404 /phones/a;b
HAProxy: /phones/a%2Fb /phones/a%3Bb
Caddy: /phones/a%2Fb /phones/a%3Bb
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: of /phones/a%2Fb and /phones/a%3Bb the server behind each proxy sees:'
cat seen
