# One dev shell: uv, the project's Python, a C compiler (mkShell brings it), and variables that keep uv to exactly these.
{
  pkgs,
  project,
  target,
  group,
  defaultGroup,
  driver,
}:
let
  inherit (pkgs) lib;
  findDriver = import ./driver.nix { inherit pkgs; };
  python = import ./python.nix {
    inherit pkgs project;
    findDriver = if driver then findDriver else null;
  };
  uv = import ./uv.nix { inherit pkgs group defaultGroup; };
in
pkgs.mkShell {
  name = "${project.name}-${target.name}";
  packages = [
    uv
    python
    (import ./sync.nix { inherit pkgs uv python target; })
    (import ./stubs.nix { inherit pkgs; })
  ]
  ++ map (name: pkgs.${name}) project.programs;

  env =
    project.env
    // {
      # This Python, never one that uv finds or downloads: a downloaded one does not start on NixOS.
      UV_PYTHON = "${python}/bin/python${project.python}";
      UV_PYTHON_DOWNLOADS = "never";
      UV_NO_MANAGED_PYTHON = "1";
      # The first target has .venv, where editors and a plain `uv run` look; others have their own.
      UV_PROJECT_ENVIRONMENT = target.environment;
      # For hook.sh.
      NIXML_PROJECT = project.name;
      NIXML_TARGET = target.name;
      NIXML_CERTIFICATES = "${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt";
      NIXML_FIND_DRIVER = lib.optionalString driver "${findDriver}";
    }
    # The default group is not this shell's.
    // lib.optionalAttrs (group != null && group != defaultGroup) { UV_NO_GROUP = defaultGroup; };

  # A constant text: it installs nothing, asks nothing and never ends the shell.
  shellHook = builtins.readFile ./hook.sh;
}
