# nixml-sync [OPTIONS OF uv sync]; sync.nix sets $uv, $python, $target and $size.
set -u
environment=${VIRTUAL_ENV:-}
root=${environment%/*}
if [ -z "$root" ] || ! [ -e "$root/pyproject.toml" ]; then
  echo "nixml-sync: no project here; cd into its folder and enter the shell again: nix develop" >&2
  exit 3
fi
cd "$root" || exit 3

if ! [ -e "$environment/bin/python" ] && ! [ -L "$environment/bin/python" ]; then
  if [ -n "$size" ]; then echo "nixml-sync: the first time for $target: $size" >&2; fi
elif ! [ "$environment/bin/python" -ef "$python/bin/python" ]; then
  echo "nixml-sync: ${environment##*/} is of another Python (nixpkgs was updated, or it was collected): it is made again" >&2
fi

"$uv" sync "$@" || exit

# The environment points at this Python in /nix/store: hold on to it, or `nix-collect-garbage` takes it away.
PATH=$PATH:/nix/var/nix/profiles/default/bin:${HOME:-}/.nix-profile/bin
if command -v nix-store >/dev/null; then
  mkdir -p .nixml
  nix-store --realise "$python" --add-root ".nixml/python-$target" --indirect >/dev/null 2>&1 ||
    echo "nixml-sync: note: .nixml/python-$target could not be kept; after \`nix-collect-garbage\` run nixml-sync again" >&2
fi
if [ -e main.py ]; then echo "nixml-sync: done; next: python main.py" >&2; fi
