#!/bin/sh
# Kamailio answers 500 to the message summary of a phone that writes its header names in small letters.
#
# Version:   kamailio, kamailio-presence-modules and kamailio-sqlite-modules 5.6.3-2, Debian 12 (presence_mwi)
# Guess:     "messages-waiting: yes" is "Messages-Waiting: yes" (RFC 3842 5.2 in the grammar of RFC 5234 2.3, where letters
#            have no case), and a summary without the line of counts is whole
# Behaviour: the latter is so; small letters are 500 Server Internal Error, and no watcher is told
# So:        write "Messages-Waiting" letter for letter, and read it in any
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" kamailio=5.6.3-2 kamailio-presence-modules=5.6.3-2 \
  kamailio-sqlite-modules=5.6.3-2

folder=$(mktemp -d)
cd "$folder"

cat > kamailio.cfg <<END
#!KAMAILIO
log_stderror=yes
children=1
listen=udp:127.0.0.1:5060
auto_aliases=no
alias="phones.test"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "db_sqlite.so"
loadmodule "presence.so"
loadmodule "presence_mwi.so"
modparam("presence", "db_url", "sqlite:///$folder/presence.db")
modparam("presence", "server_address", "sip:127.0.0.1:5060")
request_route {
  if (is_method("PUBLISH")) { handle_publish(); exit; }
  if (is_method("SUBSCRIBE")) { handle_subscribe(); exit; }
  sl_send_reply("200", "OK");
}
END
/usr/bin/python3 - <<'END'
import sqlite3
base = sqlite3.connect("presence.db")
for name in ["standard", "presence"]:
    base.executescript(open(f"/usr/share/kamailio/db_sqlite/{name}-create.sql").read())
END
kamailio -f kamailio.cfg -DD -E -m 16 -M 4 > log 2>&1 &

cat > probe.py <<'END'
import socket, time

phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
phone.bind(("127.0.0.1", 5071))
phone.settimeout(0.5)
bodies = [
    "Messages-Waiting: yes\r\nVoice-Message: 2/1 (0/0)\r\n",
    "Messages-Waiting: yes\r\n",
    "messages-waiting: yes\r\n",
]
for body in bodies:
    until = time.time() + 20
    while time.time() < until:
        phone.sendto((f"PUBLISH sip:1001@phones.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK{time.time()}\r\n"
            "Max-Forwards: 70\r\nFrom: <sip:1001@phones.test>;tag=1\r\nTo: <sip:1001@phones.test>\r\n"
            f"Call-ID: {time.time()}@127.0.0.1\r\nCSeq: 1 PUBLISH\r\nEvent: message-summary\r\nExpires: 600\r\n"
            f"Content-Type: application/simple-message-summary\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode(), ("127.0.0.1", 5060))
        try:
            heard = phone.recv(65535).decode()
        except socket.timeout:
            continue
        print(f"{' '.join(body.split())}: {heard.splitlines()[0]}")
        break
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
Messages-Waiting: yes Voice-Message: 2/1 (0/0): SIP/2.0 200 OK
Messages-Waiting: yes: SIP/2.0 200 OK
messages-waiting: yes: SIP/2.0 500 Server Internal Error
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: to the message summary that a phone publishes, Kamailio 5.6.3 says:'
cat seen
