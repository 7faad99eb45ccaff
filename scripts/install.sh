#!/bin/sh
# Installs a released nixml for this user, after its checksum was verified; no root, nothing else touched.
#   sh install.sh FROM [FOLDER]
#     FROM    where the release lies: an https:// address or a file:// folder with SHA256SUMS and the archives
#     FOLDER  where the program goes (default: ~/.local/bin)
#   NIXML_SHA256   the checksum you were told by other means: then SHA256SUMS is not believed, this is
set -eu

fail() { echo "install: $1" >&2; [ -z "${2:-}" ] || echo "hint: $2" >&2; exit 1; }

fetch() { # ADDRESS FILE
  case $1 in
    file://*) cp "${1#file://}" "$2" 2>/dev/null ;;
    *) if command -v curl >/dev/null 2>&1; then curl --proto '=https' --proto-redir '=https' --tlsv1.2 -fsSL --retry 2 -o "$2" "$1"
       elif command -v wget >/dev/null 2>&1; then wget -q --https-only -O "$2" "$1"
       else fail 'neither curl nor wget is here' 'install one of them, or fetch the release by hand and name its folder as file://FOLDER'
       fi ;;
  esac || fail "could not fetch $1" 'check the address and the connection; nothing was installed'
}

sum() { # FILE
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# a function, so that a script that arrived only in part does nothing
main() {
  [ $# -ge 1 ] || fail 'where from?' 'sh install.sh https://HOST/PATH/OF/THE/RELEASE'
  from=${1%/} folder=${2:-$HOME/.local/bin}
  case $from in https://* | file:///*) ;; *) fail "$from is neither https:// nor file:///" ;; esac
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) target=x86_64-unknown-linux-gnu ;;
    Linux-aarch64) target=aarch64-unknown-linux-gnu ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    *) fail "no release is built for $(uname -s) $(uname -m)" 'build it: cargo install --path . in a clone' ;;
  esac
  work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
  fetch "$from/SHA256SUMS" "$work/SHA256SUMS"
  # exactly one archive for this machine, by its plain name
  archive=$(awk -v end="-$target.tar.gz" 'NF == 2 && substr($2, length($2) - length(end) + 1) == end && $2 !~ "/" { print $2 }' "$work/SHA256SUMS")
  case $archive in
    '') fail "this release has nothing for $target" ;;
    *[!A-Za-z0-9._-]*) fail 'SHA256SUMS names more than one archive for this machine, or a strange one' ;;
  esac
  wanted=${NIXML_SHA256:-$(awk -v name="$archive" '$2 == name { print $1 }' "$work/SHA256SUMS")}
  fetch "$from/$archive" "$work/archive.tar.gz"
  got=$(sum "$work/archive.tar.gz")
  [ "$got" = "$wanted" ] || fail "the checksum of $archive is $got, not $wanted" 'do not run it; fetch it again, or ask who made it'
  (cd "$work" && tar -xzf archive.tar.gz) || fail "$archive cannot be unpacked"
  program=$work/${archive%.tar.gz}/nixml
  [ -f "$program" ] && [ ! -L "$program" ] || fail "$archive holds no nixml"
  chmod 755 "$program"
  said=$("$program" --version 2>&1) || fail "it does not run on this machine: $said" 'it needs glibc 2.28 or later; build it: cargo install --path . in a clone'
  mkdir -p "$folder"
  # beside its place first: whoever runs the old one meanwhile keeps it
  cp "$program" "$folder/.nixml.new.$$" && mv -f "$folder/.nixml.new.$$" "$folder/nixml" ||
    { rm -f "$folder/.nixml.new.$$"; fail "cannot write into $folder" 'name another folder: sh install.sh FROM FOLDER'; }
  echo "installed $said as $folder/nixml"
  case :$PATH: in *":$folder:"*) ;; *) echo "hint: $folder is not on your PATH: add  export PATH=\"$folder:\$PATH\"  to your shell's profile" ;; esac
}

main "$@"
