# Answers for `pip`, `pip3`, `conda` and `mamba`: pyproject.toml keeps the packages, uv installs them. Changes nothing, exit status 1.
tool=${0##*/} verb=${1-}
if [ $# -gt 0 ]; then shift; fi
names=()
for word in "$@"; do
  case $word in -*) ;; *) names+=("${word##*::}") ;; esac
done
list=${names[*]:-NAME}
case " $* " in *" -r "*) list="-r ${list}" ;; esac
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
