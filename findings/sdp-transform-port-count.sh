#!/bin/sh
# sdp-transform does not read a port with a number of ports, and writes "m=undefined NaN undefined" for it.
#
# Version:   sdp-transform 3.0.0 on Deno 2.9.6
# Guess:     "m=audio 49170/2 RTP/AVP 8" (RFC 8866 5.14) is port 49170 with numPorts 2, and is written back the same
# Behaviour: the medium has neither type, port, protocol nor payloads, without an error; a=rtpmap lines below it are read
# So:        look at media[].port before anything else is believed, and do not forward what was written
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { parse, write } from "npm:sdp-transform@3.0.0";
const lines = (port) => [
  "v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0",
  `m=audio ${port} RTP/AVP 8`, "a=rtpmap:8 PCMA/8000", "",
].join("\r\n");
for (const port of ["49170", "49170/2"]) {
  const read = parse(lines(port));
  const [medium] = read.media;
  console.log(`${port}: type ${medium.type}, port ${medium.port}, codec ${medium.rtp[0].codec}, written`, write(read).match(/^m=.*$/m)[0].trim());
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

grep -qx '49170: type audio, port 49170, codec PCMA, written m=audio 49170 RTP/AVP 8' seen &&
  grep -qx '49170/2: type undefined, port undefined, codec PCMA, written m=undefined NaN undefined' seen || {
  echo 'changed: expected a medium without type and port for "49170/2", and saw:'
  cat seen
  exit 1
}
echo 'as found: sdp-transform 3.0.0 reads a=rtpmap under "m=audio 49170/2" but neither type nor port, and says nothing:'
cat seen
