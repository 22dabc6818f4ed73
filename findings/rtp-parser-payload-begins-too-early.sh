#!/bin/sh
# rtp-parser reads the contributing source three bytes too early, and takes header extension and padding for payload.
#
# Version:   rtp-parser 1.0.0 on Deno 2.9.6
# Guess:     of a packet with one contributing source, an extension and padding (RFC 3550 5.1, 5.3.1) the source is
#            0x09090909 and the payload is the four bytes of a telephone-event
# Behaviour: the source is 0x02030409, and the payload has 16 bytes that begin with the extension's; rtp.js 0.15.5 has it
#            right
# So:        a digit read from it is the extension's first byte: no RFC 4733 with this one
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import parser from "npm:rtp-parser@1.0.0";
import rtp from "npm:rtp.js@0.15.5";
import { Buffer } from "node:buffer";
const bytes = [
  0xb1, 0xe5, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, // padding, extension, one source; marker, payload type 101
  9, 9, 9, 9,
  0xbe, 0xde, 0, 1, 0x10, 0xaa, 0, 0,
  5, 0x8a, 0x03, 0x20, // the digit 5 ends
  0, 0, 0, 4,
];
const hex = (numbers) => numbers.map((number) => number.toString(16).padStart(8, "0")).join(" ");
const first = parser.parseRtpPacket(Buffer.from(bytes));
console.log(`rtp-parser: source ${hex(first.csrc)}, payload of ${first.payload.length} begins ${first.payload[0]}`);
const second = new rtp.packets.RtpPacket(new DataView(Uint8Array.from(bytes).buffer));
const payload = second.getPayload();
console.log(`rtp.js: source ${hex(second.dump().csrcs)}, payload of ${payload.byteLength} begins ${payload.getUint8(0)}`);
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
rtp-parser: source 02030409, payload of 16 begins 190
rtp.js: source 09090909, payload of 4 begins 5
END
cmp -s expected seen || {
  echo 'changed: expected rtp-parser to begin with the extension, and saw:'
  cat seen
  exit 1
}
echo 'as found: one packet, read by two libraries:'
cat seen
