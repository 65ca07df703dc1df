# Folders and messages of the control plane's scripts. Source it; needs `root`, the checkout.
pins="$root/dev/kubernetes/pins.txt"
# one build can serve several checkouts
store="${EDGE_SCHED_KUBERNETES:-$root/.cache/kubernetes}"
packages="$store/packages"
work="$store/work"
bin="$store/bin"

say() { printf '==> %s\n' "$*"; }
# what the tests then give as their reason to skip
unavailable() {
  mkdir -p "$store"
  printf '%s\n' "$*" > "$store/unavailable"
  printf 'kubernetes: not available here: %s\n' "$*" >&2
  exit 3
}
# prints the pins: kind, suite, package, version, SHA-256
pinned() { grep -v '^#' "$pins"; }
sha256_of() { sha256sum "$1" | cut -d' ' -f1; }
