#!/bin/sh
# linphone answers nothing, or 400, where a tab stands for a blank in a SIP header; a fold that begins with a tab too.
#
# Version:   linphone-cli 5.1.65-4 (belle-sip 5.1.64), Debian 12
# Guess:     a tab is a blank (RFC 3261 25.1, LWS): 200 to all
# Behaviour: a tab in CSeq or From is 400; in Via, or at the begin of a folded line, even of Subject: nothing. Folds that
#            begin with a blank are all read
# So:        write blanks. A proxy that folds with tabs makes such a phone look dead
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" linphone-cli=5.1.65-4

folder=$(mktemp -d)
cd "$folder"
export HOME="$folder"

cat > rc <<END
[sip]
sip_port=5090
sip_tcp_port=-1
sip_tls_port=-1
bind_address=127.0.0.1
guess_hostname=0
[rtp]
audio_rtp_port=11400
[video]
enabled=0
capture=0
display=0
[storage]
uri=$folder/linphone.db
END
linphone-daemon --config "$folder/rc" --disable-stats-events --log "$folder/log" --pipe finds > words 2>&1 &

cat > probe.py <<'END'
import socket, time

asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.bind(("127.0.0.1", 5071))

def ask(cseq="CSeq: 9 OPTIONS", begin="From: ", end=";tag=1", via=" ", more="", seconds=4):
    number = time.time()
    asker.sendto((f"OPTIONS sip:1003@127.0.0.1:5090 SIP/2.0\r\nVia: SIP/2.0/UDP{via}127.0.0.1:5071;branch=z9hG4bK{number}\r\n"
        f"Max-Forwards: 70\r\n{begin}<sip:1001@127.0.0.1>{end}\r\nTo: <sip:1003@127.0.0.1>\r\nCall-ID: {number}@127.0.0.1\r\n"
        f"{cseq}\r\n{more}Contact: <sip:1001@127.0.0.1:5071>\r\nContent-Length: 0\r\n\r\n").encode(), ("127.0.0.1", 5090))
    until = time.time() + seconds
    while time.time() < until:
        asker.settimeout(0.2)
        try:
            heard = asker.recv(65535).decode()
        except (socket.timeout, ConnectionRefusedError):
            continue
        if f"{number}@" in heard:
            return heard.splitlines()[0]
    return "nothing"

# Its network check takes its doors away once in the first seconds.
until = time.time() + 60
since = None
while time.time() < until:
    if ask(seconds=0.5) == "nothing":
        since = None
    elif since is None:
        since = time.time()
    elif time.time() - since > 8:
        break
print("plain:", ask())
print("tab in CSeq:", ask(cseq="CSeq: 9\tOPTIONS"))
print("tab in From:", ask(begin="From:\t"))
print("tab in Via:", ask(via="\t"))
print("From folded with a blank:", ask(end="\r\n ;tag=1"))
print("From folded with a tab:", ask(end="\r\n\t;tag=1"))
print("Subject folded with a blank:", ask(more="Subject: a\r\n b\r\n"))
print("Subject folded with a tab:", ask(more="Subject: a\r\n\tb\r\n"))
print("plain again:", ask())
END
/usr/bin/python3 probe.py > seen

cat > expected <<'END'
plain: SIP/2.0 200 Ok
tab in CSeq: SIP/2.0 400 Bad request
tab in From: SIP/2.0 400 Bad request
tab in Via: nothing
From folded with a blank: SIP/2.0 200 Ok
From folded with a tab: nothing
Subject folded with a blank: SIP/2.0 200 Ok
Subject folded with a tab: nothing
plain again: SIP/2.0 200 Ok
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen words
  exit 1
}
echo 'as found: to an OPTIONS in valid spellings, linphone 5.1.65 says:'
cat seen
