#!/bin/sh
# http-auth-utils writes nc and qop in quotation marks, and refuses a challenge that writes digest in small letters.
#
# Version:   http-auth-utils 6.0.1 on Deno 2.9.6
# Guess:     qop=auth and nc=00000001 without quotation marks (RFC 7616 3.4: they must have none), a scheme in any case
#            (RFC 9110 11.1), blanks before a comma passed over (RFC 9110 5.6.1)
# Behaviour: qop="auth", nc="00000001"; digest and a blank before the comma throw
# So:        a strict server refuses what it writes, and it does not read every phone's or server's header
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import { DIGEST, parseWWWAuthenticateHeader } from "npm:http-auth-utils@6.0.1";
const written = DIGEST.buildAuthorizationRest({
  username: "1001", realm: "r", nonce: "n", uri: "sip:phones.test", response: "0", algorithm: "MD5", qop: "auth", nc: "00000001", cnonce: "c",
});
console.log("written:", written.match(/(qop|nc)=[^,]*/g).join(" "));
for (const header of ['Digest realm="r", nonce="n"', 'digest realm="r", nonce="n"', 'Digest realm="r" , nonce="n"']) {
  try {
    console.log(`${header}: realm ${parseWWWAuthenticateHeader(header).data.realm}`);
  } catch (error) {
    console.log(`${header}: ${error.code}`);
  }
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
written: qop="auth" nc="00000001"
Digest realm="r", nonce="n": realm r
digest realm="r", nonce="n": E_UNKNOWN_AUTH_MECHANISM
Digest realm="r" , nonce="n": E_REQUIRED_KEY
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  exit 1
}
echo 'as found: http-auth-utils 6.0.1 writes and reads:'
cat seen
