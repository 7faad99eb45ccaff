# `nixml-sync`: installs what pyproject.toml names, into the environment of this shell's target.
{
  pkgs,
  uv,
  python,
  target,
}:
pkgs.writeShellScriptBin "nixml-sync" ''
  uv=${uv}/bin/uv
  python=${python}
  target=${target.name}
  size=${pkgs.lib.escapeShellArg (target.size or "")}
  ${builtins.readFile ./sync.sh}
''
