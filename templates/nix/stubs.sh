# Answers for `pip`, `pip3`, `conda` and `mamba`: pyproject.toml keeps the packages, uv installs them. Changes nothing, exit status 1.
tool=${0##*/} verb=${1-}
if [ $# -gt 0 ]; then shift; fi
names=() skip=
for word in "$@"; do
  if [ -n "$skip" ]; then skip=; continue; fi
  case $word in
    -r) names+=(-r) ;;
    -c | -n | -i | -f | -t | --channel | --name | --index-url | --extra-index-url | --find-links | --target) skip=1 ;;
    -*) ;;
    *) names+=("${word##*::}") ;;
  esac
done
list=${names[*]:-NAME}
case $verb in
  install | i) next="uv add $list" ;;
  uninstall | remove) next="uv remove $list" ;;
  list | freeze | show | check) next="uv pip list" ;;
  download | wheel | update | upgrade) next="uv lock --upgrade && nixml-sync" ;;
  create | init | env) next="nixml-sync" ;;
  activate | deactivate)
    echo "$tool: nothing to activate: this shell is the environment (${VIRTUAL_ENV:-none yet}); leave it with: exit" >&2
    exit 1
    ;;
  *) next="uv help" ;;
esac
printf '%s: this project keeps its packages with uv; run: %s\n' "$tool" "$next" >&2
exit 1
