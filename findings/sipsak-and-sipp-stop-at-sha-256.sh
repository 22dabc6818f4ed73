#!/bin/sh
# sipsak and SIPp give up at a server that offers SHA-256 and MD5, though they know MD5.
#
# Version:   sipsak 0.9.8.1-1, sip-tester 1:3.6.1-1+b2, Debian 12
# Guess:     of two WWW-Authenticate headers they take the first whose algorithm they know (RFC 8760 2.4), here MD5
# Behaviour: they look at the first header alone: "unsupported authentication algorithm", "authentication must use MD5".
#            With MD5 first, both answer
# So:        a server that offers both puts MD5 first for such tools, or offers SHA-256 to who can do it alone
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" sipsak=0.9.8.1-1 sip-tester=1:3.6.1-1+b2

folder=$(mktemp -d)
cd "$folder"

cat > registrar.py <<'END'
import socket

door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.bind(("127.0.0.1", 5080))
while True:
    asked, at = door.recvfrom(65535)
    lines = asked.decode().split("\r\n")
    kept = [line + (";tag=t" if line.startswith("To") else "") for line in lines
        if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
    algorithms = ["MD5", "SHA-256"] if "md5first" in lines[0] else ["SHA-256", "MD5"]
    challenges = [f'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm={name}' for name in algorithms]
    answered = any(line.startswith("Authorization: ") and "algorithm=MD5" in line for line in lines)
    first = ["SIP/2.0 200 OK"] if answered else ["SIP/2.0 401 Unauthorized", *challenges]
    door.sendto("\r\n".join([first[0], *kept, *first[1:], "Content-Length: 0", "", ""]).encode(), at)
END
/usr/bin/python3 registrar.py 2> log &

cat > scenario.xml <<'END'
<?xml version="1.0"?>
<scenario name="register">
  <send retrans="500"><![CDATA[
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
  <send retrans="500"><![CDATA[
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

# sipsak says so when nobody answers yet.
until sipsak -u 1001 -a secret -s sip:md5first@127.0.0.1:5080 > words 2>&1; do sleep 0.2; done
for order in md5first shafirst; do
  code=0
  timeout 60 sipsak -u 1001 -a secret -s "sip:$order@127.0.0.1:5080" > words 2>&1 || code=$?
  echo "sipsak $order: exit $code $(grep -ao 'unsupported authentication algorithm' words || true)"
  code=0
  timeout 60 sipp -sf scenario.xml -s "$order" -i 127.0.0.1 -p 5097 -m 1 -nostdin -trace_err -error_file errors \
    127.0.0.1:5080 > words 2>&1 || code=$?
  echo "sipp $order: exit $code $(grep -ao 'authentication must use MD5' errors 2> words || true)"
done > seen

cat > expected <<'END'
sipsak md5first: exit 0 
sipp md5first: exit 0 
sipsak shafirst: exit 2 unsupported authentication algorithm
sipp shafirst: exit 255 authentication must use MD5
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: with MD5 and SHA-256 offered, in the one order and the other:'
cat seen
