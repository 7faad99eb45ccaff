# `uv pip` must work on the environment, not on the Python that UV_PYTHON names; uv.nix sets $real. Everything else is uv's.
words=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --directory | --project | --config-file | --cache-dir | --color | --allow-insecure-host | --preview-features) shift; if [ $# -gt 0 ]; then shift; fi ;;
    -*) shift ;;
    pip) unset UV_PYTHON; break ;;
    *) break ;;
  esac
done
exec "$real" ${words[@]+"${words[@]}"}
