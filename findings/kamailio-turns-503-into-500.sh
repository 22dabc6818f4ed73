#!/bin/sh
# A phone's 503 with Retry-After reaches its caller through Kamailio as 500 without.
#
# Version:   kamailio 5.6.3-2, Debian 12 (tm as it comes)
# Guess:     one phone, one answer: the proxy passes 503 and its Retry-After on, as it does with 486 and 480
# Behaviour: 500 with the reason "Service Unavailable" and no Retry-After; 486 and 480 arrive as they were sent. (RFC 3261
#            16.7 item 6 has it so: a 503 would keep the caller from the proxy itself)
# So:        "full, come again in 5 s" cannot be said by 503 from behind a proxy; 486 or 480 with Retry-After arrives
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" kamailio=5.6.3-2

folder=$(mktemp -d)
cd "$folder"

cat > kamailio.cfg <<'END'
#!KAMAILIO
log_stderror=yes
children=1
listen=udp:127.0.0.1:5060
auto_aliases=no
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
request_route {
  if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  $du = "sip:127.0.0.1:5072";
  t_relay();
}
END
kamailio -f kamailio.cfg -DD -E -m 16 -M 4 > log 2>&1 &

cat > probe.py <<'END'
import socket, threading, time

def door(port):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", port))
    opened.settimeout(0.5)
    return opened

caller, phone = door(5071), door(5072)

def ask(method, number):
    caller.sendto((f"{method} sip:1001@phones.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK{number}\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:1002@phones.test>;tag={number}\r\nTo: <sip:1001@phones.test>\r\n"
        f"Call-ID: {number}@127.0.0.1\r\nCSeq: 1 {method}\r\nContact: <sip:1002@127.0.0.1:5071>\r\n"
        "Content-Length: 0\r\n\r\n").encode(), ("127.0.0.1", 5060))

def answer():
    try:
        return caller.recv(65535).decode()
    except socket.timeout:
        return ""

def refuse():
    while True:
        try:
            asked, at = phone.recvfrom(65535)
        except socket.timeout:
            continue
        lines = asked.decode().split("\r\n")
        if not lines[0].startswith("INVITE"):
            continue
        code = next(line for line in lines if line.startswith("Call-ID")).split(" ")[1].split("@")[0]
        kept = [line + (";tag=t" if line.startswith("To") else "") for line in lines
            if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
        phone.sendto("\r\n".join([f"SIP/2.0 {code} No", *kept, "Retry-After: 5", "Content-Length: 0", "", ""]).encode(), at)

threading.Thread(target=refuse, daemon=True).start()
until = time.time() + 20
started = ""
while "200 OK" not in started and time.time() < until:
    ask("OPTIONS", "start")
    started = answer()
for code in ["486", "480", "503"]:
    ask("INVITE", code)
    until = time.time() + 20
    while time.time() < until:
        heard = answer()
        if f"Call-ID: {code}@" in heard and "SIP/2.0 1" not in heard:
            print(f"{code} with Retry-After: {heard.splitlines()[0]},", "with" if "Retry-After" in heard else "without")
            break
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
486 with Retry-After: SIP/2.0 486 No, with
480 with Retry-After: SIP/2.0 480 No, with
503 with Retry-After: SIP/2.0 500 Service Unavailable, without
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: what the phone said, and what its caller hears through Kamailio 5.6.3:'
cat seen
