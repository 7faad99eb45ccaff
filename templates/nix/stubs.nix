# `pip`, `conda` and `mamba` typed from habit answer with the command that works here.
{ pkgs }:
let
  stub = pkgs.writeShellScript "nixml-stub" (builtins.readFile ./stubs.sh);
in
pkgs.runCommand "nixml-stubs" { } ''
  mkdir -p $out/bin
  for name in pip pip3 conda mamba; do ln -s ${stub} $out/bin/$name; done
''
