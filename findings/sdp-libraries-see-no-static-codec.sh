#!/bin/sh
# Three SDP libraries see no codec in the offer of a desk phone, and two lose which digits it can send.
#
# Version:   sdp 3.2.2, semantic-sdp 3.31.1, sdp-transform 3.0.0 on Deno 2.9.6
# Guess:     "m=audio 5000 RTP/AVP 0 8 101" offers PCMU and PCMA also without a=rtpmap (RFC 3551 6), and
#            "a=fmtp:101 0-15" (RFC 4733 2.4.1) is read and written back as it is
# Behaviour: telephone-event is the only codec that any of them names; sdp reads no parameter of it, and semantic-sdp
#            offers only 101 and writes "0-15="
# So:        made for browsers, which always write a=rtpmap: join the static table by hand, and read fmtp as one text
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import sdp from "npm:sdp@3.2.2";
import semantic from "npm:semantic-sdp@3.31.1";
import { parse } from "npm:sdp-transform@3.0.0";
const session = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
const medium = "m=audio 5000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n";

const [first, ...others] = sdp.parseRtpParameters(medium).codecs;
console.log(`sdp: ${first.name} ${JSON.stringify(first.parameters)}, ${others.length} others`);

const written = semantic.SDPInfo.parse(session + medium).toString();
console.log("semantic-sdp:", written.match(/^(m|a=fmtp).*$/gm).map((line) => line.trim()).join(" "));

console.log("sdp-transform:", parse(session + medium).media[0].rtp.map(({ codec }) => codec).join(" "));
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
sdp: telephone-event {}, 0 others
semantic-sdp: m=audio 9 RTP/AVP 101 a=fmtp:101 0-15=
sdp-transform: telephone-event
END
cmp -s expected seen || {
  echo 'changed: expected telephone-event alone in all three, and saw:'
  cat seen
  exit 1
}
echo 'as found: of an offer of PCMU, PCMA and digits, each library names the digits alone:'
cat seen
