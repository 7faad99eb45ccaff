# The `uv` of the shell. It is nixpkgs' uv behind a few lines of bash that repair what an environment variable cannot say.
{
  pkgs,
  group,
  defaultGroup,
}:
let
  real = "real=${pkgs.uv}/bin/uv";
in
# A shell whose target is not the default one also has to choose its dependency group: uv has no variable for that.
if group == null || group == defaultGroup then
  pkgs.writeShellScriptBin "uv" ''
    ${real}
    ${builtins.readFile ./uv.sh}
  ''
else
  pkgs.writeShellScriptBin "uv" ''
    ${real} group=${group}
    ${builtins.readFile ./uv-group.sh}
  ''
