{# when: plan.targets | length > 1 #}
# `uv` in the shell of a target that is not the default one: adds `--group $group` where uv would take the default group.
# uv.nix sets $real and $group; the shell sets UV_NO_GROUP. Remove this file when uv has UV_GROUP (astral-sh/uv#11958).
# An editor that starts uv by its full path goes past it: give editors .venv, the environment of the default target.

# Options whose value is the next word; without them a value could be taken for a command.
takes_value() {
  case $1 in
    --*=*) false ;;
    --directory | --project | --config-file | --cache-dir | --color | --allow-insecure-host | --preview-features) ;;
    --package | --script | --python | --python-platform | --env-file | --with | --with-editable | --with-requirements) ;;
    --group | --no-group | --only-group | --extra | --no-extra | --optional | --bounds | --rev | --tag | --branch | --marker) ;;
    --requirements | --constraints | --*-package | --upgrade-group | --prerelease | --resolution | --fork-strategy) ;;
    --index | --default-index | --index-url | --extra-index-url | --find-links | --index-strategy | --keyring-provider) ;;
    --exclude-newer | --link-mode | --config-setting | -[wfipCPrcm]) ;;
    *) false ;;
  esac
}
# Options of `add` and `remove` that also say how to install: the second step must hear them too.
carried() {
  case $1 in
    -q* | --quiet | -v* | --verbose | --offline | -n | --no-cache | --no-progress | --no-config | --system-certs | --native-tls) ;;
    --reinstall | --compile-bytecode | --no-build | --no-binary | --no-build-isolation | --no-sources | --no-index | --active) ;;
    --managed-python | --no-managed-python | --no-python-downloads | --no-install-project | --no-install-workspace | --no-install-local) ;;
    --cache-dir* | --config-file* | --color* | --allow-insecure-host* | --preview-features* | --directory* | --project*) ;;
    --python | --python=* | -p | --link-mode* | --config-setting* | -C | --keyring-provider* | --find-links* | -f) ;;
    --index-url* | -i | --extra-index-url* | --default-index* | --index | --index=*) ;;
    --no-build-package* | --no-binary-package* | --no-build-isolation-package* | --no-sources-package* | --reinstall-package* | --no-install-package*) ;;
    *) false ;;
  esac
}

# uv's own options before the command, and the folder they lead to.
global=() where=$PWD
while [ $# -gt 0 ]; do
  case $1 in
    --directory | --project) where=$(cd "$where" && cd "${2-}" 2>/dev/null && pwd) ;;
    --directory=* | --project=*) where=$(cd "$where" && cd "${1#*=}" 2>/dev/null && pwd) ;;
    -*) ;;
    *) break ;;
  esac
  global+=("$1")
  if takes_value "$1" && [ $# -gt 1 ]; then shift; global+=("$1"); fi
  shift
done
command=${1-}
if [ $# -gt 0 ]; then shift; fi
uv() { "$real" ${global[@]+"${global[@]}"} "$@"; }
as_it_stands() { exec "$real" ${global[@]+"${global[@]}"} ${command:+"$command"} "$@"; }

# The command's own options, up to `--` or, for `run`, the program to run.
options=() carry=() words=("$@")
for ((at = 0; at < ${#words[@]}; at++)); do
  word=${words[at]}
  case $word in
    --) break ;;
    --directory | --project) where=$(cd "$where" && cd "${words[at + 1]-}" 2>/dev/null && pwd) ;;
    --directory=* | --project=*) where=$(cd "$where" && cd "${word#*=}" 2>/dev/null && pwd) ;;
    -*) ;;
    *) if [ "$command" = run ]; then break; else continue; fi ;;
  esac
  options+=("$word")
  if carried "$word"; then carry+=("$word"); fi
  if takes_value "$word" && ((at + 1 < ${#words[@]})); then
    if carried "$word"; then carry+=("${words[at + 1]}"); fi
    at=$((at + 1))
  fi
done
has() {
  local option wanted
  for option in ${options[@]+"${options[@]}"}; do
    for wanted in "$@"; do case $option in "$wanted" | "$wanted"=*) return 0 ;; esac; done
  done
  return 1
}

if [ "$command" = pip ]; then unset UV_PYTHON; as_it_stands "$@"; fi
root=$where
while [ -n "$root" ] && ! [ -e "$root/pyproject.toml" ]; do root=${root%/*}; done
# No project, so no groups: without the variable uv does not warn about it.
if [ -z "$root" ] || has --no-project --script -s --gui-script; then unset UV_NO_GROUP; as_it_stands "$@"; fi

case $command in
  sync | run | export | tree | check)
    if has --only-group --only-dev -h --help; then as_it_stands "$@"; fi
    exec "$real" ${global[@]+"${global[@]}"} "$command" --group "$group" "$@"
    ;;
  version) exec "$real" ${global[@]+"${global[@]}"} version --no-sync "$@" ;;
  add | remove)
    if has --no-sync --frozen -h --help || [ -n "${UV_NO_SYNC:-}${UV_FROZEN:-}" ]; then as_it_stands "$@"; fi
    ;;
  *) as_it_stands "$@" ;;
esac

# `add` and `remove` would install the default group into this environment: change the files first, then install this group.
# If that fails, both files are put back, as uv itself does.
saved=$(mktemp -d) || exit
for file in pyproject.toml uv.lock; do
  if [ -e "$root/$file" ]; then cp -p "$root/$file" "$saved/$file"; fi
done
restore() {
  for file in pyproject.toml uv.lock; do
    if ! [ -e "$saved/$file" ]; then rm -f "$root/$file"; elif ! [ "$(cksum <"$saved/$file")" = "$(cksum <"$root/$file")" ]; then cp -p "$saved/$file" "$root/$file"; fi
  done
}
trap 'rm -rf "$saved"' EXIT
trap 'restore; exit 130' INT
trap 'restore; exit 143' TERM HUP
exact=()
if [ "$command" = add ]; then exact=(--inexact); fi
uv "$command" --no-sync "$@" && uv sync --frozen --group "$group" ${exact[@]+"${exact[@]}"} ${carry[@]+"${carry[@]}"}
status=$?
if [ $status != 0 ]; then
  restore
  echo "uv: \`uv $command\` failed; pyproject.toml and uv.lock are as they were" >&2
fi
exit $status
