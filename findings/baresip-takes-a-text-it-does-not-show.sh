#!/bin/sh
# baresip says 200 to a MESSAGE of which it then shows nothing, when text and sender come to more than 505 bytes.
#
# Version:   baresip-core 1.0.0-4+b3, Debian 12 (stdio and menu as they come)
# Guess:     a text that is too long for its line is shown cut, or refused with 413 or 513
# Behaviour: with the sender sip:lab@127.0.0.1 488 bytes are printed; of 489 nothing, and both are answered 200 OK
# So:        its 200 is no sign that a person saw the text; keep below 505 bytes less the sender's address
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" baresip-core=1.0.0-4+b3

folder=$(mktemp -d)
cd "$folder"
export HOME="$folder"

cat > config <<END
poll_method epoll
sip_listen 127.0.0.1:5070
net_interface 127.0.0.1
module_path $(dpkg -L baresip-core | grep '/baresip/modules$')
module stdio.so
module g711.so
module_app account.so
module_app contact.so
module_app menu.so
END
echo '<sip:1001@127.0.0.1;transport=udp>;regint=0' > accounts
: > contacts
# Its standard input stays open: without one it shows no text at all.
sleep 60 | baresip -f "$folder" > printed 2>&1 &

cat > ask.py <<'END'
import socket, time

line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.bind(("127.0.0.1", 5080))
line.settimeout(0.5)

def say(body, number):
    request = "\r\n".join([
        "MESSAGE sip:1001@127.0.0.1:5070 SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:5080;branch=z9hG4bK{number};rport",
        "Max-Forwards: 70",
        f"From: <sip:lab@127.0.0.1>;tag=a{number}",
        "To: <sip:1001@127.0.0.1>",
        f"Call-ID: {number}@127.0.0.1",
        f"CSeq: {number} MESSAGE",
        "Content-Type: text/plain",
        f"Content-Length: {len(body)}",
        "", body]).encode()
    for _ in range(40):
        line.sendto(request, ("127.0.0.1", 5070))
        try:
            return line.recv(65536).decode().split("\r\n")[0]
        except (TimeoutError, ConnectionError):
            time.sleep(0.25)
    return "no answer"

answers = [say(letter * size, number) for number, (letter, size) in enumerate([("a", 488), ("b", 489), ("c", 10)], 1)]
for _ in range(40):
    printed = open("printed", errors="replace").read()
    if "c" * 10 in printed:
        break
    time.sleep(0.25)
for answer, (letter, size) in zip(answers, [("a", 488), ("b", 489), ("c", 10)]):
    print(f"{size} bytes: {answer}, {printed.count(letter * min(size, 100)) and (letter * size in printed and 'printed' or 'printed in part') or 'not printed'}")
END
/usr/bin/python3 ask.py > seen

cat > expected <<'END'
488 bytes: SIP/2.0 200 OK, printed
489 bytes: SIP/2.0 200 OK, not printed
10 bytes: SIP/2.0 200 OK, printed
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen printed
  exit 1
}
echo 'as found: of a text from sip:lab@127.0.0.1 that it answers, baresip prints'
cat seen
