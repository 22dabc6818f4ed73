#!/bin/sh
# digest-header cuts a realm at its comma, and answers a challenge for SHA-256 with MD5.
#
# Version:   digest-header 1.1.0 on Deno 2.9.6
# Guess:     the realm "a, b" is repeated as it came (RFC 7616 3.4), and algorithm=SHA-256 is either used or refused
# Behaviour: realm="a"; and for SHA-256 a response of 32 digits, without a word of the algorithm
# So:        it can only ever be refused there, and the refusal looks like a wrong password
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import digest from "npm:digest-header@1.1.0";
const challenges = {
  plain: 'Digest realm="phones.test", nonce="n", algorithm=MD5',
  comma: 'Digest realm="a, b", nonce="n", algorithm=MD5',
  "SHA-256": 'Digest realm="phones.test", nonce="n", algorithm=SHA-256',
};
for (const [name, challenge] of Object.entries(challenges)) {
  const answer = digest("REGISTER", "sip:phones.test", challenge, "1001:secret");
  const [, realm] = answer.match(/realm=("[^"]*")/), [, response] = answer.match(/response="(\w*)"/);
  console.log(`${name}: realm ${realm}, response of ${response.length} digits, algorithm ${/algorithm=[^,]*/.exec(answer)?.[0]}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
plain: realm "phones.test", response of 32 digits, algorithm undefined
comma: realm "a", response of 32 digits, algorithm undefined
SHA-256: realm "phones.test", response of 32 digits, algorithm undefined
END
cmp -s expected seen || {
  echo 'changed: expected realm "a" and a response of 32 digits for SHA-256, and saw:'
  cat seen
  exit 1
}
echo 'as found: digest-header 1.1.0 answers for another realm and by another algorithm than it was asked:'
cat seen
