# Sourced by the scripts beside it: makes .venv and installs the locked requirements, when that is not done yet.
# Needs bash 3.2 (macOS) and nothing else.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD

say() { printf '==> %s\n' "$*" >&2; }
stop() { printf '\n%s\n' "$*" >&2; exit 1; }

# Run as root, or by sudo where that asks for no password; false where neither goes.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

# Install Debian packages where we may; false where we may not.
apt_install() {
  command -v apt-get >/dev/null || return 1
  as_root true || return 1
  say "Installing $* by apt-get"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

is_python() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
  local name
  for name in ${PYTHON:-} python3.12 python3.13 python3.11 python3; do
    if command -v "$name" >/dev/null && is_python "$name"; then command -v "$name"; return; fi
  done
  stop "Python 3.11, 3.12 or 3.13 is needed and was not found. Install it (Debian and Ubuntu: apt-get install python3 python3-venv), or say where it is:  PYTHON=/path/to/python3.12 $0"
}

make_venv() {
  local python version
  if [ -x .venv/bin/python ] && is_python .venv/bin/python; then return; fi
  python=$(find_python)
  version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    apt_install "$version-venv" || stop "This Python has no venv module. Install it:  sudo apt-get install $version-venv"
  fi
  say "Making the virtual environment .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
}

# install NAME FILE...: install the locked files unless the environment already holds just these.
install() {
  local name=$1 stamp want total; shift
  make_venv
  stamp=.venv/.installed-$name
  want=$(cat "$@" | .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then return; fi
  total=$(cat "$@" | grep -c '^[A-Za-z0-9].*==')
  say "Installing $total locked packages (a minute or two the first time)"
  local files=() file
  for file in "$@"; do files+=(-r "$file"); done
  # pip's own lines are many; of each package one word is shown.
  .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off --require-hashes "${files[@]}" \
    | awk -v total="$total" '
        /^(Collecting|Requirement already)/ { seen++; if (seen % 10 == 0) { printf "    %d of %d looked at\n", seen, total > "/dev/stderr" } }
        /^Installing collected/ { print "    installing" > "/dev/stderr" }'
  rm -f .venv/.installed-*
  echo "$want" > "$stamp"
}
