# Prints one directory that holds libcuda.so.1 and nothing that could shadow Nix's libraries. Exit status 1: no driver.
# Needs bash, coreutils and awk. NIXML_TEST_ROOT and NIXML_LDCONFIG are for tests: another root, another ldconfig.
set -eu
shopt -s nullglob
root=${NIXML_TEST_ROOT:-}
case $(uname -m) in
  x86_64) gnu=x86_64-linux-gnu tag=x86-64 ;;
  aarch64) gnu=aarch64-linux-gnu tag=AArch64 ;;
  *) exit 1 ;;
esac

# 1. Directories of driver libraries only: taken as they are. Under WSL its own wins, whatever else was installed.
wsl=/usr/lib/wsl/lib
alone=(/run/opengl-driver/lib "$wsl" /usr/lib64-nvidia /usr/local/nvidia/lib64 /.singularity.d/libs)
# Jetson.
alone+=("/usr/lib/$gnu/nvidia" "/usr/lib/$gnu/tegra")
if [ -e "$root/dev/dxg" ]; then alone=("$wsl" "${alone[@]}"); fi
for directory in "${alone[@]}"; do
  if [ -e "$root$directory/libcuda.so.1" ]; then printf '%s\n' "$root$directory"; exit 0; fi
done

# 2. System directories also hold glibc, so the driver's files are linked into a directory of their own (a farm).
#    The system's ldconfig knows where they are; without one, look where distributions put them.
known=()
ldconfig=${NIXML_LDCONFIG:-$root/sbin/ldconfig}
if [ -x "$ldconfig" ]; then
  mapfile -t known < <(env -u LD_LIBRARY_PATH "$ldconfig" -p 2>/dev/null | awk -v tag="$tag" '
    $1 ~ /^lib(cuda|cudadebugger|nvidia-.*|nvcuvid|nvoptix|dxcore|d3d12core|d3d12)\.so/ && index($0, tag) { print $NF }')
fi
system=("/usr/lib/$gnu" "/usr/lib/$gnu/nvidia/current" /usr/lib64 /usr/lib "/lib/$gnu" /lib64)
home=
for library in ${known[@]+"${known[@]}"}; do
  if [ "${library##*/}" = libcuda.so.1 ] && [ -e "$library" ]; then home=${library%/*}; break; fi
done
if [ -z "$home" ]; then
  for directory in "${system[@]}"; do
    if [ -e "$root$directory/libcuda.so.1" ]; then home=$root$directory; break; fi
  done
fi
[ -n "$home" ] || exit 1

# Everything beside libcuda.so.1 first, then what is found elsewhere (a compat directory has no libnvidia-ml).
candidates=("$home"/libcuda.so* "$home"/libcudadebugger.so* "$home"/libnvidia-*.so* "$home"/libnvcuvid.so* "$home"/libnvoptix.so*)
candidates+=("$home"/libdxcore.so "$home"/libd3d12*.so ${known[@]+"${known[@]}"})
if [ ${#known[@]} = 0 ]; then
  for directory in "${system[@]}"; do candidates+=("$root$directory"/libnvidia-*.so*); done
fi
libraries=() seen=' '
for library in "${candidates[@]}"; do
  case $seen in *" ${library##*/} "*) continue ;; esac
  if [ -e "$library" ]; then seen="$seen${library##*/} " libraries+=("$library"); fi
done

# 3. Where the farm goes: the cache, else a folder of this user's alone (a container's home may be read-only).
own() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && [ -w "$1" ]; }
user=${HOME:-}
base=
for place in "${XDG_CACHE_HOME:-${user:-/nonexistent}/.cache}/nixml" "${XDG_RUNTIME_DIR:-/nonexistent}/nixml" "${TMPDIR:-/tmp}/nixml-$UID"; do
  case $place in /nonexistent/*) continue ;; /*) ;; *) continue ;; esac
  mkdir -p -m 700 "$place" 2>/dev/null || true
  if own "$place" && mkdir -p "$place/driver-libs" 2>/dev/null && [ -w "$place/driver-libs" ]; then base=$place/driver-libs; break; fi
done
[ -n "$base" ] || exit 1

# A farm is named after its contents, built aside, published by one rename and never removed: any number may search at once.
# Another driver makes another farm; old ones are a few kilobytes, `nixml clean --driver-links` removes them.
sum=$({ printf '%s\n' "${libraries[@]}"; readlink -f -- "${libraries[@]}"; } | cksum)
farm=$base/$(uname -n)-${sum%% *}
if [ ! -e "$farm/libcuda.so.1" ]; then
  new=$(mktemp -d "$base/.new.XXXXXX")
  ln -s -- "${libraries[@]}" "$new/"
  if [ ! -e "$new/libcuda.so" ]; then ln -s libcuda.so.1 "$new/libcuda.so"; fi
  if [ -e "$new/libnvidia-ml.so.1" ] && [ ! -e "$new/libnvidia-ml.so" ]; then ln -s libnvidia-ml.so.1 "$new/libnvidia-ml.so"; fi
  if ! mv -T "$new" "$farm" 2>/dev/null; then
    # Somebody else published it first. A damaged one may be in use: leave it, and take the private one.
    if [ -e "$farm/libcuda.so.1" ]; then rm -rf "$new"; else farm=$new; fi
  fi
fi
printf '%s\n' "$farm"
