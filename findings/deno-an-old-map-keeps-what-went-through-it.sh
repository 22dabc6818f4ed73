#!/bin/sh
# A Map that has lived for a while keeps what went through it until all of the heap is collected, deleted or not.
#
# Version:   Deno 2.9.6 (V8 15.0), Node 22.21.1 (V8 12.4)
# Guess:     none was written before; met while a server was measured, where what is deleted from a map of 64 entries was
#            thought to be collected with the next scavenge, however old the map is
# Behaviour: through a map that two collections have moved to old space, 50,000 arrays leave ten megabytes and more
#            behind, through one that is young nearly nothing. A map is made anew while entries come and go, and what is
#            left of it, in old space, holds what it held. A server's maps are old: all that is under way is copied
#            twice and moved to old space, with pauses of several milliseconds
# So:        what soon goes again lies in an array whose places are used again; the map has numbers alone
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.mjs <<'END'
import process from "node:process";
const map = new Map();
let number = 0;
const turn = (count) => {
  for (const end = number + count; number < end; number++) {
    map.set(number, new Array(64).fill(number));
    map.delete(number - 64);
  }
};
turn(1_000);
if (process.argv[2] === "old") {
  gc();
  gc();
}
const before = process.memoryUsage().heapUsed;
turn(50_000);
gc({ type: "minor" });
const megabytes = (process.memoryUsage().heapUsed - before) / 1e6;
console.log(`${process.argv[2]}: ${megabytes > 8 ? "more than 8" : megabytes < 2 ? "less than 2" : megabytes} MB`);
END
npm init --yes > npm.log
npm install --no-audit --no-fund node@22.21.1 >> npm.log 2>&1
for age in young old; do
  DENO_DIR="$folder/deno" deno run --quiet --no-config --allow-all --v8-flags=--expose-gc probe.mjs "$age" | sed 's/^/Deno, /'
  node_modules/node/bin/node --expose-gc probe.mjs "$age" | sed 's/^/Node, /'
done > seen

cat > expected <<'END'
Deno, young: less than 2 MB
Node, young: less than 2 MB
Deno, old: more than 8 MB
Node, old: more than 8 MB
END
cmp -s expected seen || {
  echo 'changed: expected less than 2 MB left by a young map and more than 8 by an old one, and saw:'
  cat seen
  exit 1
}
echo 'as found: what went through an old map of 64 entries is still there after a scavenge:'
cat seen
