#!/usr/bin/env bash
# Build the servers of the control plane from the packages that fetch.sh got. Each that is there
# already is left alone; what was compiled is kept in between. Called by setup.sh.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
source "$root/dev/kubernetes/names.sh"
module=k8s.io/kubernetes
source="$work/gopath/src/$module"

# a folder appears whole or not at all
unpack() {
  local to="$1"
  [ ! -d "$to" ] || return 0
  rm -rf "$to.part" && mkdir -p "$to.part"
  "${@:2}"
  mv "$to.part" "$to"
}
unpack_go() {
  dpkg-deb -x "$packages/golang-1.15-go" "$work/go.part"
  dpkg-deb -x "$packages/golang-1.15-src" "$work/go.part"
}
unpack_source() { tar -xz --strip-components=1 -C "$source.part" -f "$packages/kubernetes"; }
unpack_one() { dpkg-deb -x "$packages/$1" "$work/$1.part"; }

# The one generated file that the source lacks. Upstream makes it by a Makefile that needs rsync
# and git; the generator alone does as well. Its report of exceptions from the rules for API types
# must be the one that upstream keeps: it shows that the same types were read.
generate_openapi() {
  local to=pkg/generated/openapi inputs
  [ ! -f "$to/zz_generated.openapi.go" ] || return 0
  say 'generating the OpenAPI definitions'
  go build -o "$work/openapi-gen" "$module/vendor/k8s.io/kube-openapi/cmd/openapi-gen"
  inputs="$(grep -rl --include='*.go' '^// *+k8s:openapi-gen=' pkg cmd plugin staging/src/k8s.io \
    | grep -v -e /testdata/ -e _test.go -e /code-generator/ -e /sample-apiserver/ \
    | xargs -n1 dirname | LC_ALL=C sort -u \
    | sed -e 's,^staging/src/,vendor/,' -e "s,^,$module/," | paste -sd,)"
  "$work/openapi-gen" -i "$inputs" -p "$module/$to" -O generated.part -r "$work/violations" \
    -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt
  cmp "$work/violations" api/api-rules/violation_exceptions.list
  mv "$to/generated.part.go" "$to/zz_generated.openapi.go"
}

# the linker's flags that tell a server its version: in the library and in its copy for clients
version_flags() {
  local package
  for package in component-base/version client-go/pkg/version; do
    printf -- "-X $module/vendor/k8s.io/$package.%s " gitVersion=v1.20.2 gitMajor=1 gitMinor=20 \
      gitTreeState=archive
  done
}

build() {
  [ ! -x "$bin/$1" ] || return 0
  say "building $1"
  go build -trimpath -o "$work/$1" -ldflags "-s -w $(version_flags)" "$module/cmd/$1"
  mv "$work/$1" "$bin/$1"
}

mkdir -p "$bin" "$work" "$(dirname "$source")"
say 'unpacking'
for package in etcd-server kubernetes-client; do
  unpack "$work/$package" unpack_one "$package"
done
cp "$work/etcd-server/usr/bin/etcd" "$work/kubernetes-client/usr/bin/kubectl" "$bin/"
unpack "$work/go" unpack_go
unpack "$source" unpack_source

export GOROOT="$work/go/usr/lib/go-1.15" GOPATH="$work/gopath" GOCACHE="$work/gocache"
# all it needs is in vendor/: nothing may be fetched
export GO111MODULE=off GOPROXY=off GOFLAGS='' CGO_ENABLED=0 GOTMPDIR="$work"
export PATH="$GOROOT/bin:$PATH"
cd "$source"
generate_openapi
for server in kube-apiserver kube-controller-manager kube-scheduler; do
  build "$server"
done
