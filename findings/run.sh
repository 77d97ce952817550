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
  said=$(bash "$script" 2>&1)
  case "$?" in
    0) verdict="still so" ;;
    77) verdict="not run" ;;
    *) verdict="CHANGED" changed=1 ;;
  esac
  echo "$said"
  table+=$(printf '%-10s %-55s %s' "$verdict" "$name" "$(tail -n 1 <<< "$said")")$'\n'
done
printf '\n%s' "$table"
exit "$changed"
