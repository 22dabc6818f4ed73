#!/bin/sh
# tshark's JSON of a SIP message with two Via headers holds "sip.Via" twice, so a reader keeps one.
#
# Version:   tshark 4.0.17-0+deb12u3, Debian 12
# Guess:     a header that comes twice is an array in -T json, as -T fields puts both in one column
# Behaviour: the same name stands twice in one object: JSON.parse and Python's json keep the last. --no-duplicate-keys makes
#            arrays of them
# So:        --no-duplicate-keys, always
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" python3-scapy=2.5.0+dfsg-2 tshark=4.0.17-0+deb12u3

folder=$(mktemp -d)
cd "$folder"

cat > probe.py <<'END'
import json, logging, subprocess
logging.getLogger("scapy").setLevel(logging.CRITICAL)
from scapy.all import Ether, IP, Raw, UDP, wrpcap

text = "\r\n".join(["OPTIONS sip:1002@192.0.2.2 SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK2",
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1", "From: <sip:1001@a.test>;tag=1", "To: <sip:1002@a.test>",
    "Call-ID: 1@a.test", "CSeq: 1 OPTIONS", "Content-Length: 0", "", ""])
wrpcap("capture", Ether() / IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=5060, dport=5060) / Raw(text.encode()))
run = lambda *words: subprocess.run(["tshark", "-r", "capture", *words], capture_output=True, text=True, check=True).stdout
via = lambda *words: json.loads(run("-T", "json", *words))[0]["_source"]["layers"]["sip"]["sip.msg_hdr_tree"]["sip.Via"]
print("json:", via())
print("json, no duplicate keys:", len(via("--no-duplicate-keys")), "of them")
print("fields:", run("-T", "fields", "-e", "sip.Via").strip())
END
/usr/bin/python3 probe.py > seen 2> log

cat > expected <<'END'
json: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1
json, no duplicate keys: 2 of them
fields: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK2,SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: of two Via headers a reader of JSON gets from tshark 4.0.17:'
cat seen
