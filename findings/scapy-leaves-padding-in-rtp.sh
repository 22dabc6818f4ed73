#!/bin/sh
# Scapy shows the padding bit of an RTP packet and leaves the padding in its payload.
#
# Version:   python3-scapy 2.5.0+dfsg-2, tshark 4.0.17-0+deb12u3, Debian 12
# Guess:     with the padding bit set, the last octets are cut off by the count in the last one (RFC 3550 5.1)
# Behaviour: the payload of a telephone-event of 4 octets has 8; tshark tells the padding from it
# So:        cut the payload by its last octet before it is looked at
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" python3-scapy=2.5.0+dfsg-2 tshark=4.0.17-0+deb12u3

folder=$(mktemp -d)
cd "$folder"

cat > probe.py <<'END'
import logging, subprocess
logging.getLogger("scapy").setLevel(logging.CRITICAL)
from scapy.all import Ether, IP, Raw, UDP, wrpcap
from scapy.layers.rtp import RTP

packet = bytes([0xA0, 101, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 5, 0x8A, 3, 0x20, 0, 0, 0, 4])
read = RTP(packet)
print(f"Scapy: padding {read.padding}, payload of {len(read.payload)} octets")
wrpcap("capture", Ether() / IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=6000, dport=7000) / Raw(packet))
shown = subprocess.run(["tshark", "-r", "capture", "-d", "udp.port==7000,rtp", "-T", "fields", "-e", "rtp.padding.count",
    "-e", "rtpevent.event_id", "-e", "rtpevent.duration"], capture_output=True, text=True, check=True)
print("tshark: {} octets of padding, event {}, duration {}".format(*shown.stdout.strip().split("\t")))
END
/usr/bin/python3 probe.py > seen 2> log

cat > expected <<'END'
Scapy: padding 1, payload of 8 octets
tshark: 4 octets of padding, event 5, duration 800
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: a telephone-event with 4 octets of padding, to Scapy 2.5.0 and tshark 4.0.17:'
cat seen
