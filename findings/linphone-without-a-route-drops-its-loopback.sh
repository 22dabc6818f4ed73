#!/bin/sh
# linphone on a machine without a default route closes its TCP connection to 127.0.0.1 after five seconds.
#
# Version:   linphone-cli 5.1.65-4, Debian 12
# Guess:     a registrar on the loopback needs no route: the connection stays as long as the registration
# Behaviour: registered, linphone closes the connection some 5 s later, and opens no other; with a default route, be it
#            over the loopback itself (from another address than 127.0.0.1), it keeps the connection
# So:        in a container or network namespace without a way out, give it a route that leads nowhere; "registered" told
#            by the phone is no sign that it can be reached
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" linphone-cli=5.1.65-4

folder=$(mktemp -d)
cd "$folder"
export HOME="$folder" PATH="$PATH:/usr/sbin:/sbin"

cat > registrar.py <<'END'
import socket, sys, time

door = socket.create_server(("127.0.0.1", 5060))
door.settimeout(20)
print("listening", file=sys.stderr, flush=True)
phone, _ = door.accept()
phone.settimeout(0.2)
door.settimeout(0.2)
begun, heard = None, b""
again = 0
while begun is None or time.time() < begun + 15:
    try:
        door.accept()
        again += 1
    except TimeoutError:
        pass
    try:
        part = phone.recv(65536)
    except TimeoutError:
        continue
    if part == b"":
        break
    heard += part
    while b"\r\n\r\n" in heard:
        head, heard = heard.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        if not lines[0].startswith("REGISTER"):
            continue
        copied = [line for line in lines if line.split(":")[0] in ("Via", "From", "Call-ID", "CSeq", "Contact")]
        to = next(line for line in lines if line.startswith("To:"))
        phone.sendall("\r\n".join(["SIP/2.0 200 OK", *copied, to + ";tag=1", "Expires: 300", "Content-Length: 0", "", ""]).encode())
        begun = begun or time.time()
lasted = time.time() - begun
until = time.time() + (6 if lasted < 15 else 0)
while time.time() < until:
    try:
        door.accept()
        again += 1
    except TimeoutError:
        pass
print(f"closed within 10 s, opened {again} times again" if lasted < 10 else "open after 15 s")
END

look() {
  cat > rc <<END
[sip]
sip_port=5090
sip_tcp_port=5090
sip_tls_port=-1
bind_address=127.0.0.1
guess_hostname=0
[video]
enabled=0
capture=0
display=0
[storage]
uri=$folder/linphone.db
END
  : > said
  /usr/bin/python3 registrar.py > "$1" 2> said &
  registrar=$!
  until grep -q listening said; do sleep 0.1; done
  (
    echo 'register sip:1003@phones.test sip:127.0.0.1:5060;transport=tcp secret 1003 phones.test'
    sleep 40
  ) | linphone-daemon --config rc --disable-stats-events --log log > told 2>&1 &
  wait "$registrar" || { cat said told; exit 1; }
  kill $! 2> /dev/null || true
  for process in /proc/[0-9]*; do
    [ "$(cat "$process/comm" 2> /dev/null)" != linphone-daemon ] || kill -9 "${process#/proc/}" || true
  done
}

look without
# An address of its own: a route from 127.0.0.1 is not enough.
ip addr add 192.0.2.1/32 dev lo
ip route add default dev lo src 192.0.2.1
look with
printf 'without a default route: %s\nwith one over the loopback: %s\n' "$(cat without)" "$(cat with)" > seen

cat > expected <<'END'
without a default route: closed within 10 s, opened 0 times again
with one over the loopback: open after 15 s
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  exit 1
}
echo 'as found: the TCP connection by which linphone has registered at 127.0.0.1 is'
cat seen
