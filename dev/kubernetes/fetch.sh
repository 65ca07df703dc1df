#!/usr/bin/env bash
# Get the packages of pins.txt from the Debian mirror that this machine's apt already uses. Needs
# no root, installs nothing, leaves apt's own lists alone. Called by setup.sh.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
source "$root/dev/kubernetes/names.sh"
apt="$work/apt"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# the mirror that apt is configured with, whatever the form of its sources
mirror() {
  apt-get update --print-uris 2>/dev/null \
    | sed -nE "s,^'([^']*)/dists/(bullseye|bookworm|trixie|forky|sid)/InRelease'.*,\1,p" | head -1
}

# apt with sources and lists of its own
private() {
  "$1" -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/sources" \
    -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" \
    -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any -o Acquire::Retries=1 "${@:2}"
}

write_sources() {
  local found
  found="$(mirror)"
  [ -n "$found" ] || unavailable "no Debian mirror in this machine's apt sources"
  [ -f "$keyring" ] || unavailable "$keyring is missing (package debian-archive-keyring)"
  mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial"
  pinned | while read -r kind suite _; do
    case "$kind" in source) echo "deb-src $suite";; *) echo "deb $suite";; esac
  done | sort -u | while read -r type suite; do
    echo "$type [signed-by=$keyring] $found $suite main"
  done > "$apt/sources/debian.list"
}

# moves what apt brought into packages/, if it is what was pinned
keep() {
  [ "$(sha256_of "$1")" = "$2" ] || unavailable "$(basename "$1") is not the file that was pinned"
  mv "$1" "$3"
}

fetch() {
  local kind="$1" package="$2" version="$3" sum="$4" to="$packages/$2" file
  [ ! -f "$to" ] || return 0
  say "$package $version"
  rm -rf "$apt/new" && mkdir "$apt/new"
  (
    cd "$apt/new"
    case "$kind" in
      source) private apt-get source --download-only --tar-only "$package=$version" ;;
      binary) private apt-get download "$package=$version" ;;
    esac
  ) > "$apt/log" 2>&1 || unavailable "the mirror has no $package $version: $(tail -1 "$apt/log")"
  file="$(find "$apt/new" -type f | head -1)"
  [ -n "$file" ] || unavailable "apt brought nothing for $package $version"
  keep "$file" "$sum" "$to"
}

for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || unavailable "there is no $tool: this needs Debian's packages"
done
[ "$(dpkg --print-architecture)" = amd64 ] || unavailable 'the packages are pinned for amd64 only'
mkdir -p "$packages"
say 'asking the Debian mirror'
write_sources
private apt-get update > "$work/apt/log" 2>&1 \
  || unavailable "the Debian mirror does not answer: $(grep -m1 '^[EW]:' "$apt/log" || tail -1 "$apt/log")"
pinned | while read -r kind _ package version sum; do
  fetch "$kind" "$package" "$version" "$sum"
done
rm -rf "$apt"
