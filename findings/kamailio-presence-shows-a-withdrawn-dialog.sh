#!/bin/sh
# When a phone withdraws its dialog, Kamailio's presence server tells the watchers of that dialog once more, as confirmed.
#
# Version:   kamailio, kamailio-presence-modules and kamailio-sqlite-modules 5.6.3-2, Debian 12 (presence_dialoginfo)
# Guess:     a PUBLISH with Expires: 0 (RFC 3903 4.5) sends the watcher a NOTIFY of state full without the dialog
# Behaviour: the NOTIFY has the withdrawn dialog, confirmed, under a new version; who asks anew gets none. The first NOTIFY,
#            before anything was published, has no body at all
# So:        a lamp for a busy line stays lit until something else is published: publish "terminated" first, then withdraw
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
loadmodule "presence_dialoginfo.so"
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
import re, socket, time

watcher = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
watcher.bind(("127.0.0.1", 5071))
watcher.settimeout(0.5)
numbers = iter(range(1, 1000))
etag = ""

def ask(method, more="", body=""):
    number = next(numbers)
    watcher.sendto((f"{method} sip:1001@phones.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK{number}\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:1002@phones.test>;tag={number}\r\nTo: <sip:1001@phones.test>\r\n"
        f"Call-ID: {number}@127.0.0.1\r\nCSeq: 1 {method}\r\nContact: <sip:1002@127.0.0.1:5071>\r\nEvent: dialog\r\n{more}"
        f"Content-Length: {len(body)}\r\n\r\n{body}").encode(), ("127.0.0.1", 5060))

def notified():
    """The body of the next NOTIFY in words; each NOTIFY is answered, and counts once."""
    global etag
    until = time.time() + 20
    while time.time() < until:
        try:
            heard, at = watcher.recvfrom(65535)
        except socket.timeout:
            continue
        head, body = heard.decode().split("\r\n\r\n", 1)
        etag = (re.search("SIP-ETag: (.*)", head) or [None, etag])[1].strip()
        if not head.startswith("NOTIFY"):
            continue
        kept = [line for line in head.split("\r\n") if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
        watcher.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode(), at)
        mark = head.split("Call-ID:")[1].split("\r\n")[0], re.search(r"CSeq: (\d+)", head)[1]
        if mark in marks:
            continue
        marks.add(mark)
        dialogs = re.findall(r'<dialog id="(\w+)".*?<state>(\w+)</state>', body, re.S)
        return " ".join(f"{name} {state}" for name, state in dialogs) or ("no dialog" if body else "no body")
    return "nothing"

marks = set()
started = False
until = time.time() + 20
while not started and time.time() < until:
    ask("OPTIONS")
    try:
        started = b"200 OK" in watcher.recv(65535)
    except socket.timeout:
        pass
ask("SUBSCRIBE", "Expires: 600\r\n")
print("subscribed:", notified())
ask("PUBLISH", "Expires: 600\r\nContent-Type: application/dialog-info+xml\r\n",
    '<?xml version="1.0"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" '
    'entity="sip:1001@phones.test"><dialog id="a"><state>confirmed</state></dialog></dialog-info>')
print("published:", notified())
ask("PUBLISH", f"Expires: 0\r\nSIP-If-Match: {etag}\r\n")
print("withdrawn:", notified())
ask("SUBSCRIBE", "Expires: 0\r\n")
print("asked anew:", notified())
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
subscribed: no body
published: a confirmed
withdrawn: a confirmed
asked anew: no body
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: what a watcher is told by Kamailio 5.6.3 when its phone has:'
cat seen
