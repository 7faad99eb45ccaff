# Runs when the shell is entered, in a person's own bash: it must never `exit`, `set -e` or wait for anything.

# What Nix's build environment leaves behind: other Pythons' paths, and flags that make compiled kernels slow.
unset PYTHONPATH PYTHONHOME PYTHONHASHSEED PYTHONNOUSERSITE DETERMINISTIC_BUILD NIX_ENFORCE_NO_NATIVE
unset -f conda mamba

# `nix develop` makes a temporary folder that nobody deletes; torch.compile keeps its cache in TMPDIR.
case "${TMPDIR:-}" in
  */nix-shell.*) export TMPDIR="${TMPDIR%/nix-shell.*}"; unset TMP TEMP TEMPDIR ;;
esac

# Off NixOS: the host's locales, and certificates where they are not in the usual place (the host's own win: a company adds to them).
if [ -z "${LOCALE_ARCHIVE:-}" ] && [ -e /usr/lib/locale/locale-archive ]; then
  export LOCALE_ARCHIVE=/usr/lib/locale/locale-archive
fi
if [ -z "${SSL_CERT_FILE:-}${NIX_SSL_CERT_FILE:-}" ] && ! [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  for nixml_file in "$NIXML_CERTIFICATES" /etc/ssl/ca-bundle.pem /etc/pki/tls/certs/ca-bundle.crt; do
    if [ -e "$nixml_file" ]; then export SSL_CERT_FILE="$nixml_file"; fi
  done
  unset nixml_file
fi

# Entered from the shell of another target: its exclusion must not hide this one's packages.
if [ "${UV_NO_GROUP:-}" = "$NIXML_TARGET" ]; then unset UV_NO_GROUP; fi

# The driver is searched once here, so that Python need not search at every start.
if [ -z "$NIXML_FIND_DRIVER" ]; then
  unset NIXML_DRIVER_LIBS
elif ! [ -e "${NIXML_DRIVER_LIBS:-}/libcuda.so.1" ]; then
  unset NIXML_DRIVER_LIBS
  if nixml_driver=$("$NIXML_FIND_DRIVER"); then
    export NIXML_DRIVER_LIBS="$nixml_driver"
  else
    echo "nixml: no NVIDIA driver (libcuda.so.1) on this machine; run: nixml doctor" >&2
  fi
  unset nixml_driver
fi

# The project may be above (the shell was entered from a subfolder); its environment need not exist yet.
nixml_root=$PWD
while [ -n "$nixml_root" ] && ! [ -e "$nixml_root/nixml.toml" ]; do nixml_root=${nixml_root%/*}; done
if [ -z "$nixml_root" ]; then
  echo "nixml: $NIXML_PROJECT ($NIXML_TARGET), but this folder is not in the project; next: cd to it and enter again" >&2
else
  export VIRTUAL_ENV="$nixml_root/$UV_PROJECT_ENVIRONMENT"
  export PATH="$VIRTUAL_ENV/bin:$PATH"
  # What was proved was proved with the driver of that day.
  nixml_proof="$nixml_root/.nixml/proved-$NIXML_TARGET.toml" nixml_driver="${NIXML_TEST_ROOT:-}/sys/module/nvidia/version"
  if [ -n "$NIXML_FIND_DRIVER" ] && [ -r "$nixml_proof" ] && [ -r "$nixml_driver" ]; then
    read -r nixml_driver <"$nixml_driver" || true
    while IFS= read -r nixml_line; do
      case $nixml_line in
        "driver = \"$nixml_driver\"") ;;
        'driver = '*) echo "nixml: the driver is $nixml_driver now, at the proof it was ${nixml_line#driver = }; next: nixml validate" >&2 ;;
      esac
    done <"$nixml_proof"
    unset nixml_line
  fi
  unset nixml_proof nixml_driver
  if ! [ -e "$VIRTUAL_ENV/bin/python" ]; then
    echo "nixml: $NIXML_PROJECT ($NIXML_TARGET), nothing installed yet; next: nixml-sync" >&2
  elif ! [ "$VIRTUAL_ENV/bin/python" -ef "$UV_PYTHON" ]; then
    echo "nixml: $NIXML_PROJECT ($NIXML_TARGET), its environment is of another Python; next: nixml-sync" >&2
  elif [ -e "$nixml_root/main.py" ]; then
    echo "nixml: $NIXML_PROJECT ($NIXML_TARGET); next: python main.py" >&2
  else
    echo "nixml: $NIXML_PROJECT ($NIXML_TARGET)" >&2
  fi
fi
unset nixml_root
