#!/bin/sh
# Scapy reads the body of a Skinny message that stands alone, but not of one in a TCP segment, nor of a second one.
#
# Version:   python3-scapy 2.5.0+dfsg-2, Debian 12 (scapy.all and scapy.contrib.skinny)
# Guess:     a segment to or from port 2000 is dissected by scapy.contrib.skinny once that is loaded, message by message
# Behaviour: in TCP the older layer of the same name in scapy.all wins: it names the message and leaves its fields as Raw.
#            Skinny(bytes) of the contrib module reads the first message, and leaves the second as Raw
# So:        cut the stream by its length fields, and give each message to the contrib class by hand
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" python3-scapy=2.5.0+dfsg-2

folder=$(mktemp -d)
cd "$folder"

cat > probe.py <<'END'
import logging
logging.getLogger("scapy").setLevel(logging.CRITICAL)
from scapy.all import IP, Raw, TCP
from scapy.contrib.skinny import Skinny, SkinnyMessageSetLamp, SkinnyMessageSpeakerMode

lamp = bytes(Skinny() / SkinnyMessageSetLamp())
speaker = bytes(Skinny() / SkinnyMessageSpeakerMode())
names = lambda packet: " ".join(layer.__name__ for layer in packet.layers())
print("alone:", names(Skinny(lamp)))
print("two:", names(Skinny(lamp + speaker)))
print("in TCP:", names(IP(bytes(IP() / TCP(sport=2000, dport=40000, flags="PA") / Raw(lamp)))))
END
/usr/bin/python3 probe.py > seen 2> log

cat > expected <<'END'
alone: Skinny SkinnyMessageSetLamp
two: Skinny SkinnyMessageSetLamp Raw
in TCP: IP TCP Skinny Raw
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen log
  exit 1
}
echo 'as found: the layers that Scapy 2.5.0 finds in SetLamp, in SetLamp and SpeakerMode, and in SetLamp over TCP:'
cat seen
