#!/bin/sh
# Kamailio answers nothing to a request whose CSeq is folded or whose Via has a comma in quotation marks.
#
# Version:   kamailio 5.6.3-2, Debian 12
# Guess:     both are valid (RFC 3261 7.3.1 and 25.1: a fold may stand for each blank; a Via parameter may be a quoted
#            string), so 200; if one is not understood, 400
# Behaviour: no answer at all to "CSeq: 9" CRLF " OPTIONS" and to x="a,b" in Via. A fold elsewhere, a fold before the number,
#            a tab and x="a;b" are all answered. "sip/2.0" is answered too, with the status line "sip/2.0 200 OK"
# So:        write CSeq and Via on one line, without quotation marks: behind Kamailio a phone cannot tell this from a dead one
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
loadmodule "sl.so"
request_route {
  sl_send_reply("200", "OK");
}
END
kamailio -f kamailio.cfg -DD -E -m 16 -M 4 > log 2>&1 &

cat > probe.py <<'END'
import socket, time

asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.bind(("127.0.0.1", 5071))

def ask(cseq="CSeq: 9 OPTIONS", via="", version="SIP/2.0", seconds=3):
    number = time.time()
    asker.sendto((f"OPTIONS sip:127.0.0.1 {version}\r\nVia: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK{number}{via}\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:1001@phones.test>;tag=1\r\nTo: <sip:phones.test>\r\nCall-ID: {number}@127.0.0.1\r\n"
        f"{cseq}\r\nContent-Length: 0\r\n\r\n").encode(), ("127.0.0.1", 5060))
    until = time.time() + seconds
    while time.time() < until:
        asker.settimeout(0.2)
        try:
            heard = asker.recv(65535).decode()
        except socket.timeout:
            continue
        if f"{number}@" in heard:
            return heard.splitlines()[0]
    return "nothing"

until = time.time() + 20
while ask(seconds=0.5) == "nothing" and time.time() < until:
    pass
print("plain:", ask())
print("CSeq folded before the method:", ask(cseq="CSeq: 9\r\n OPTIONS"))
print("CSeq folded before the number:", ask(cseq="CSeq:\r\n 9 OPTIONS"))
print("CSeq with a tab:", ask(cseq="CSeq: 9\tOPTIONS"))
print("Via with a quoted comma:", ask(via=';x="a,b"'))
print("Via with a quoted semicolon:", ask(via=';x="a;b"'))
print("sip/2.0:", ask(version="sip/2.0"))
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
plain: SIP/2.0 200 OK
CSeq folded before the method: nothing
CSeq folded before the number: SIP/2.0 200 OK
CSeq with a tab: SIP/2.0 200 OK
Via with a quoted comma: nothing
Via with a quoted semicolon: SIP/2.0 200 OK
sip/2.0: sip/2.0 200 OK
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: to an OPTIONS in valid spellings, Kamailio 5.6.3 says:'
cat seen
