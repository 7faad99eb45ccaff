# The project's Python: nixpkgs' own, started by launcher.sh so that it finds what wheels expect of a Linux machine.
{
  pkgs,
  project,
  findDriver,
}:
let
  inherit (pkgs) lib;
  base = pkgs."python${lib.replaceStrings [ "." ] [ "" ] project.python}";

  # What wheels may take from the host, and no more. Never glibc: Python already has the one it was built with.
  libraries = lib.makeLibraryPath (
    [
      pkgs.stdenv.cc.cc.lib
      pkgs.zlib
      pkgs.zstd
    ]
    ++ map (name: pkgs.${name}) project.libraries
  );

  launcher = pkgs.writeShellScript "nixml-python" ''
    python=${base.interpreter}
    libraries=${libraries}
    find_driver=${lib.optionalString (findDriver != null) findDriver}
    compiler=${pkgs.stdenv.cc}/bin
    loader=${pkgs.stdenv.cc.bintools.dynamicLinker}
    ${builtins.readFile ./launcher.sh}
  '';
in
# macOS cannot start a script through another script's first line, and its wheels bring their libraries: plain links there.
# nixpkgs' Python itself is not put into the shell, because its setup hook exports PYTHONPATH and friends.
pkgs.runCommand "nixml-python-${base.version}" { } ''
  mkdir -p $out/bin
  ${
    if pkgs.stdenv.hostPlatform.isLinux then
      "install -m755 ${launcher} $out/bin/${base.executable}"
    else
      "ln -s ${base.interpreter} $out/bin/${base.executable}"
  }
  ln -s ${base.executable} $out/bin/python3
  ln -s ${base.executable} $out/bin/python
''
