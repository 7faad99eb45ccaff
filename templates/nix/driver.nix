# The search for the host's NVIDIA driver as a program of its own: it also runs outside the shell, so it brings its tools.
{ pkgs }:
pkgs.writeShellScript "nixml-find-driver" ''
  PATH=${
    pkgs.lib.makeBinPath [
      pkgs.coreutils
      pkgs.gawk
    ]
  }''${PATH:+:$PATH}
  ${builtins.readFile ./driver.sh}
''
