#!/bin/sh
# Kamailio's registrar takes one phone for three when the letters of its Contact change, and rings it three times.
#
# Version:   kamailio 5.6.3-2, Debian 12 (registrar and usrloc as they come)
# Guess:     contacts that are equal by RFC 3261 19.1.4 (case of host, scheme and transport, %31 for 1) are one binding
# Behaviour: each spelling is a binding of its own; an INVITE goes out once for each
# So:        a phone behind Kamailio may send one call several times; count calls by Call-ID, not by arrival
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" kamailio=5.6.3-2

folder=$(mktemp -d)
cd "$folder"

cat > kamailio.cfg <<'END'
#!KAMAILIO
log_stderror=yes
children=1
listen=udp:127.0.0.1:5060
alias="phones.test"
auto_aliases=no
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
request_route {
  if (is_method("REGISTER")) { save("location"); exit; }
  if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_relay();
}
END
kamailio -f kamailio.cfg -DD -E -m 16 -M 4 > log 2>&1 &

cat > probe.py <<'END'
import socket, time

def door(port):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", port))
    opened.settimeout(0.5)
    return opened

caller, phone = door(5071), door(5072)

def ask(method, uri, number, more=""):
    caller.sendto((f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK{number}\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:1001@phones.test>;tag={number}\r\nTo: <sip:1001@phones.test>\r\n"
        f"Call-ID: {number}@127.0.0.1\r\nCSeq: 1 {method}\r\n{more}Content-Length: 0\r\n\r\n").encode(), ("127.0.0.1", 5060))

def answer():
    try:
        return caller.recv(65535).decode()
    except socket.timeout:
        return ""

spellings = ["sip:1001@127.0.0.1:5072;transport=udp", "sip:1001@127.0.0.1:5072;transport=UDP", "sip:%31001@127.0.0.1:5072;transport=udp"]
for number, contact in enumerate(spellings):
    registered = ""
    until = time.time() + 20
    while " 200 " not in registered and time.time() < until:
        ask("REGISTER", "sip:phones.test", f"r{number}", f"Contact: <{contact}>;expires=300\r\n")
        registered = answer()
print("bindings", registered.count("expires="))
ask("INVITE", "sip:1001@phones.test", "call", "Contact: <sip:1001@127.0.0.1:5071>\r\n")
branches = set()
until = time.time() + 2
while time.time() < until:
    try:
        lines = phone.recv(65535).decode().split("\r\n")
    except socket.timeout:
        continue
    if lines[0].startswith("INVITE"):
        branches.add(next(line for line in lines if line.startswith("Via")))
print("rings", len(branches))
END
/usr/bin/python3 probe.py > seen

grep -qx 'bindings 3' seen && grep -qx 'rings 3' seen || {
  echo 'changed: expected 3 bindings and 3 rings, and saw:'
  cat seen log
  exit 1
}
echo 'as found: Kamailio 5.6.3 keeps transport=udp, transport=UDP and %31001 for 1001 as three contacts of one phone, and rings it for each:'
cat seen
