#!/bin/sh
# SIPp answers a digest challenge for another URI than it asks, picks auth-int, and computes MD5-sess as MD5.
#
# Version:   sip-tester 1:3.6.1-1+b2, Debian 12
# Guess:     uri is the Request-URI (RFC 3261 22.4); of qop="auth,auth-int" it takes auth; MD5-sess gives another response
#            than MD5 (RFC 7616 3.4.2)
# Behaviour: uri is "sip:HOST:PORT" whatever is asked for; qop=auth-int; and the response under algorithm=MD5-sess is the
#            one of MD5, to the digit
# So:        a server under test by SIPp that compares the two URIs refuses it; offer qop="auth" alone, and no MD5-sess
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" sip-tester=1:3.6.1-1+b2

folder=$(mktemp -d)
cd "$folder"

cat > registrar.py <<'END'
import re, socket

door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.bind(("127.0.0.1", 5080))
wanted = {"plain": 'algorithm=MD5, qop="auth"', "both": 'algorithm=MD5, qop="auth,auth-int"', "session": 'algorithm=MD5-sess, qop="auth"'}
print("ready", flush=True)
for _ in range(2 * len(wanted)):
    asked, at = door.recvfrom(65535)
    lines = asked.decode().split("\r\n")
    user = re.search("sip:([a-z]*)@", lines[0])[1]
    kept = [line + (";tag=t" if line.startswith("To") else "") for line in lines
        if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
    answer = next((line for line in lines if line.startswith("Authorization: ")), "")
    if answer:
        value = lambda name: re.search(name + '="?([^",]*)', answer)[1]
        print(f"{user}: asked {lines[0].split(' ')[1]}, uri {value('uri')}, qop {value('qop')}, algorithm {value('algorithm')},",
            f"cnonce {value('cnonce')}, response {value('response')}", flush=True)
    first = ["SIP/2.0 200 OK"] if answer else ["SIP/2.0 401 Unauthorized", f'WWW-Authenticate: Digest realm="r", nonce="n", {wanted[user]}']
    door.sendto("\r\n".join([first[0], *kept, *first[1:], "Content-Length: 0", "", ""]).encode(), at)
END
/usr/bin/python3 registrar.py > heard 2> log &

cat > scenario.xml <<'END'
<?xml version="1.0"?>
<scenario name="register">
  <send><![CDATA[
REGISTER sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:1001@127.0.0.1>;tag=[call_number]
To: <sip:1001@127.0.0.1>
Call-ID: [call_id]
CSeq: 1 REGISTER
Content-Length: 0

]]></send>
  <recv response="401" auth="true"></recv>
  <send><![CDATA[
REGISTER sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:1001@127.0.0.1>;tag=[call_number]
To: <sip:1001@127.0.0.1>
Call-ID: [call_id]
CSeq: 2 REGISTER
[authentication username=1001 password=secret]
Content-Length: 0

]]></send>
  <recv response="200"></recv>
</scenario>
END

until grep -q ready heard; do sleep 0.1; done
for user in plain both session; do
  timeout 60 sipp -sf scenario.xml -s "$user" -i 127.0.0.1 -p 5097 -m 1 -nostdin 127.0.0.1:5080 >> log 2>&1
done
{
  sed -n 's/, cnonce.*//; /:/p' heard
  plain=$(sed -n 's/^plain.*cnonce/cnonce/p' heard)
  session=$(sed -n 's/^session.*cnonce/cnonce/p' heard)
  [ "$plain" = "$session" ] && echo 'the response to MD5-sess is the one to MD5'
} > seen

cat > expected <<'END'
plain: asked sip:plain@127.0.0.1:5080, uri sip:127.0.0.1:5080, qop auth, algorithm MD5
both: asked sip:both@127.0.0.1:5080, uri sip:127.0.0.1:5080, qop auth-int, algorithm MD5
session: asked sip:session@127.0.0.1:5080, uri sip:127.0.0.1:5080, qop auth, algorithm MD5-sess
the response to MD5-sess is the one to MD5
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen heard log
  exit 1
}
echo 'as found: SIPp 3.6.1 answers three challenges so:'
cat seen
