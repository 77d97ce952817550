# Sourced by each finding: `fresh PACKAGE==VERSION ...` makes a temporary environment of these
# packages, gone at the end, and sets $python and $folder.
fresh() {
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  "${PYTHON:-python3}" -m venv "$folder/env"
  python="$folder/env/bin/python"
  "$python" -m pip install -qq --disable-pip-version-check "$@"
  "$python" -m pip list --disable-pip-version-check 2> /dev/null |
    grep -iE "^($(printf '%s\n' "$@" | sed 's/==.*//' | paste -sd '|')) " || true
  cd "$folder"
}
