#!/bin/sh
# tshark leaves sip.to.user and its kin empty where the user is a single character.
#
# Version:   tshark 4.0.17-0+deb12u3, Debian 12
# Guess:     sip:1@a.test has the user 1, as sip:12@a.test has the user 12
# Behaviour: sip.to.user, sip.from.user and sip.contact.user are there for 12 and missing for 1; sip.to.addr has both whole
# So:        take the user out of the address: with the field, extension 1 (or the operator's 0) was never in any call
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" python3-scapy=2.5.0+dfsg-2 tshark=4.0.17-0+deb12u3

folder=$(mktemp -d)
cd "$folder"

cat > probe.py <<'END'
import logging, subprocess
logging.getLogger("scapy").setLevel(logging.CRITICAL)
from scapy.all import Ether, IP, Raw, UDP, wrpcap

def packet(user):
    text = "\r\n".join(["OPTIONS sip:1002@192.0.2.2 SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1",
        f"From: <sip:{user}@a.test>;tag=1", f"To: <sip:{user}@a.test>", "Call-ID: 1@a.test", "CSeq: 1 OPTIONS",
        f"Contact: <sip:{user}@192.0.2.1>", "Content-Length: 0", "", ""])
    return Ether() / IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=5060, dport=5060) / Raw(text.encode())

wrpcap("capture", [packet("12"), packet("1")])
fields = ["sip.to.addr", "sip.to.user", "sip.from.user", "sip.contact.user"]
read = subprocess.run(["tshark", "-r", "capture", "-T", "fields", *(word for field in fields for word in ("-e", field))],
    capture_output=True, text=True, check=True).stdout
for line in read.splitlines():
    print(" ".join(f"{field}={value or 'none'}" for field, value in zip(fields, line.split("\t"))))
END
/usr/bin/python3 probe.py > seen 2> log

cat > expected <<'END'
sip.to.addr=sip:12@a.test sip.to.user=12 sip.from.user=12 sip.contact.user=12
sip.to.addr=sip:1@a.test sip.to.user=none sip.from.user=none sip.contact.user=none
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: users of two digits and of one, to tshark 4.0.17:'
cat seen
