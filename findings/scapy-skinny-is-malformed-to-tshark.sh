#!/bin/sh
# Of Skinny messages that Scapy builds, tshark calls the ones about calls and media malformed.
#
# Version:   python3-scapy 2.5.0+dfsg-2, tshark 4.0.17-0+deb12u3, Debian 12
# Guess:     two dissectors of one protocol agree: what Scapy builds with its own defaults, tshark reads to the end
# Behaviour: tshark reads 20 of 24 kinds. CallInfo, OpenReceiveChannel, StartMediaTransmission and
#            StopMultiMediaTransmission are malformed to it
# So:        neither is proof for calls and media, where one of the two is wrong; for lamps, ringer, display and keys they agree
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" python3-scapy=2.5.0+dfsg-2 tshark=4.0.17-0+deb12u3

folder=$(mktemp -d)
cd "$folder"

cat > probe.py <<'END'
import logging, subprocess
logging.getLogger("scapy").setLevel(logging.CRITICAL)
from scapy.all import Ether, IP, Raw, TCP, wrpcap
from scapy.contrib import skinny

kinds = sorted(name for name in dir(skinny) if name.startswith("SkinnyMessage") and name != "SkinnyMessageGeneric")
phone, server = IP(src="192.0.2.1", dst="192.0.2.2"), IP(src="192.0.2.2", dst="192.0.2.1")
packets, sequence = [], 100
packets.append(Ether() / phone / TCP(sport=40000, dport=2000, flags="S", seq=99))
packets.append(Ether() / server / TCP(sport=2000, dport=40000, flags="SA", seq=99, ack=100))
for kind in kinds:
    message = bytes(skinny.Skinny() / getattr(skinny, kind)())
    packets.append(Ether() / server / TCP(sport=2000, dport=40000, flags="PA", seq=sequence, ack=100) / Raw(message))
    sequence += len(message)
wrpcap("capture", packets)
read = subprocess.run(["tshark", "-r", "capture", "-Y", "_ws.malformed", "-T", "fields", "-e", "frame.number"],
    capture_output=True, text=True, check=True)
malformed = [kinds[int(line) - 3].removeprefix("SkinnyMessage") for line in read.stdout.split()]
print(f"{len(kinds)} kinds, malformed: {' '.join(malformed)}")
END
/usr/bin/python3 probe.py > seen 2> log

grep -qx '24 kinds, malformed: CallInfo OpenReceiveChannel StartMediaTransmission StopMultiMediaTransmission' seen || {
  echo 'changed: expected four malformed kinds of 24, and saw:'
  cat seen log
  exit 1
}
echo 'as found: of the Skinny messages that Scapy 2.5.0 builds, to tshark 4.0.17:'
cat seen
