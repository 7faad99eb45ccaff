# Starts Python with the libraries that wheels load; python.nix sets $python, $libraries, $find_driver, $compiler and $loader.
# The path is set here and not in the shell, so that the programs of the host (git, ssh, nvidia-smi) keep their own libraries.
if [ -n "$find_driver" ]; then
  # libcuda.so.1 belongs to the host's driver. The shell has found it once; elsewhere (an editor, cron) it is searched now.
  driver=${NIXML_DRIVER_LIBS:-}
  if ! [ -e "$driver/libcuda.so.1" ]; then driver=$("$find_driver" || true); fi
  if [ -n "$driver" ]; then
    libraries=$libraries:$driver
    # Triton would ask /sbin/ldconfig, which NixOS does not have.
    export NIXML_DRIVER_LIBS="$driver" TRITON_LIBCUDA_PATH="${TRITON_LIBCUDA_PATH:-$driver}"
  fi
fi

# torch.compile and Triton compile while the program runs: with the compiler that fits this Python.
export CC="${CC:-$compiler/cc}" CXX="${CXX:-$compiler/c++}"

# An inherited path (a CUDA module of a cluster) could replace the CUDA libraries inside the wheels: it is dropped.
if [ -z "${NIXML_KEEP_LD_LIBRARY_PATH:-}" ]; then unset LD_LIBRARY_PATH; fi

# NIXML_LAUNCHER=loader gives the path to this Python alone, through the dynamic loader, and nothing to the programs it starts.
if [ "${NIXML_LAUNCHER:-}" = loader ]; then
  exec "$loader" --argv0 "$0" --library-path "$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "$python" "$@"
fi
case ":${LD_LIBRARY_PATH:-}:" in
  *":$libraries:"*) ;;
  *) export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ;;
esac
# The name it was started by is how Python knows its environment (.venv).
exec -a "$0" "$python" "$@"
