#!/usr/bin/env bash
# Builds a release into dist/: static binaries, archives, packages, SBOM, checksums.
# The same commit gives the same bytes on any machine with the same Go.
# VERSION is a number such as 1.2.0; by default it comes from the tag.
set -euo pipefail
cd "$(dirname "$0")/.."

tool() { go tool -modfile=.release/tools.mod "$@"; }
out=${DIST:-dist}
version=${VERSION:-$(git describe --tags --match 'v[0-9]*' | sed 's/^v//')}
[ -z "$(git status --porcelain)" ] || { echo "release: commit the changes first: a release is built from a commit" >&2; exit 1; }
grep -q "^## $version" CHANGELOG.md || { echo "release: CHANGELOG.md has no section \"## $version\"" >&2; exit 1; }

# Every time in an archive is the commit's.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH CGO_ENABLED=0 GOFLAGS=-trimpath GOAMD64=v1 GOARM64=v8.0 VERSION=$version TZ=UTC LC_ALL=C
rm -rf "$out"
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/docs/completions" "$work/docs/man"
go build -o "$work/here" ./cmd/hubload
for shell in bash zsh fish powershell; do "$work/here" completion $shell > "$work/docs/completions/hubload.$shell"; done
go test ./cmd/hubload -run '^TestManPages$' -count=1 -man.dir "$work/docs/man" > /dev/null
cp README.md LICENSE CHANGELOG.md "$work/docs"

for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do
	os=${target%/*} arch=${target#*/}
	name=hubload_${version}_${os}_$arch
	exe=hubload
	[ "$os" != windows ] || exe=hubload.exe
	mkdir "$work/$name"
	cp -r "$work"/docs/* "$work/$name"
	GOOS=$os GOARCH=$arch go build -ldflags "-s -w -X main.version=v$version" -o "$work/$name/$exe" ./cmd/hubload
	find "$work/$name" -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
	chmod 755 "$work/$name/$exe"
	find "$work/$name" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
	if [ "$os" = windows ]; then
		(cd "$work" && find "$name" -type f | sort | zip -qX "$name.zip" -@)
		mv "$work/$name.zip" "$out"
	else
		tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner -c "$name" | gzip -9n > "$out/$name.tar.gz"
	fi
	if [ "$os" = linux ]; then
		for format in deb rpm; do
			ROOT=$work/$name ARCH=$arch tool nfpm package --config .release/nfpm.yaml --packager $format --target "$out/" > /dev/null
		done
	fi
done

tool cyclonedx-gomod app -json -noserial -notimestamp -std -licenses -main cmd/hubload -output "$out/hubload_$version.cdx.json"
(cd "$out" && sha256sum -- * > "$work/sums" && mv "$work/sums" SHA256SUMS)

# fill writes a template with the version, and the sum of each archive as @os_arch@.
fill() {
	sed -e "s/@version@/$version/g" $(awk -v v="$version" '/\.(tar\.gz|zip)$/ {
		name = $2; sub("hubload_" v "_", "", name); sub(/\.(tar\.gz|zip)$/, "", name); print "-e s/@" name "@/" $1 "/g" }' "$out/SHA256SUMS") "$1"
}
fill .release/hubload.rb > "$out/hubload.rb"
for part in "" .installer .locale.en-US; do fill ".release/winget$part.yaml" > "$out/hubload.hubload$part.yaml"; done
ls -l "$out"
