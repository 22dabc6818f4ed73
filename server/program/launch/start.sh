#!/bin/sh
# Starts the server with the permissions that its configuration asks for, and no others: plan.ts says which, and this
# shell becomes that server, with its number, terminal and signals. Deno itself can put nothing into its own place.
plan() {
  OTEL_DENO=false "${DENO:-deno}" run --quiet --no-config --no-prompt --allow-read --allow-env=INIT_CWD "$@"
}
command=$(plan "$(dirname "$0")/plan.ts" "$@") || exit
eval "exec $command"
