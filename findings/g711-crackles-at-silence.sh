#!/bin/sh
# The package g711 turns the faintest negative samples into loud ones: A-law silence crackles.
#
# Version:   g711 1.0.1 on Deno 2.9.6
# Guess:     a sample through A-law and back is off by half a step at most, as ITU-T G.711 has it: 8 near zero
# Behaviour: -1 to -7 come back as -248; every other of the 65,536 samples is right. alawmulaw 6.0.0 gives -8 for them
# So:        not g711 for what a microphone sends: quiet rooms are full of -1
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > probe.js <<'END'
import g711 from "npm:g711@1.0.1";
import other from "npm:alawmulaw@6.0.0";
const samples = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
const back = {
  g711: g711.alawToPCM(g711.alawFromPCM(samples), 16),
  alawmulaw: other.alaw.decode(other.alaw.encode(samples)),
};
for (const [name, heard] of Object.entries(back)) {
  const wrong = [...samples].filter((sample, index) => Math.abs(heard[index] - sample) > Math.max(16, Math.abs(sample) / 16));
  console.log(`${name}: -1 is heard as ${heard[32_767]}, wrong at ${wrong.join(" ") || "none"}`);
}
END
DENO_DIR="$folder/deno" deno run --quiet --no-config --no-lock --allow-all probe.js > seen

cat > expected <<'END'
g711: -1 is heard as -248, wrong at -7 -6 -5 -4 -3 -2 -1
alawmulaw: -1 is heard as -8, wrong at none
END
cmp -s expected seen || {
  echo 'changed: expected -248 for -1, and saw:'
  cat seen
  exit 1
}
echo 'as found: A-law by g711 1.0.1 makes seven quiet samples thirty times as loud as they are:'
cat seen
