#!/usr/bin/env bash
# Runs every finding and prints a table: still so, changed, or not run here and why.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
changed=0
table=""
for script in "$here"/*.sh; do
  name=$(basename "$script" .sh)
  case "$name" in run | fresh) continue ;; esac
  echo "== $name"
  bash "$script" 2>&1 | tee -a /dev/stderr | tail -n 1 > "${TMPDIR:-/tmp}/finding.$$"
  case "${PIPESTATUS[0]}" in
    0) verdict="still so" ;;
    77) verdict="not run" ;;
    *) verdict="CHANGED" changed=1 ;;
  esac
  table+=$(printf '%-10s %-45s %s' "$verdict" "$name" "$(cat "${TMPDIR:-/tmp}/finding.$$")")$'\n'
done
rm -f "${TMPDIR:-/tmp}/finding.$$"
printf '\n%s' "$table"
exit "$changed"
