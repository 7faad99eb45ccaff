# The dev shells of one kind of machine: one for each target that can run there, and `default`.
{ pkgs, project }:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) isLinux isDarwin;
  first = builtins.head project.targets;
  runsHere =
    target:
    {
      cpu = true;
      cuda = isLinux;
      rocm = isLinux;
      mps = isDarwin;
    }
    .${target.name};
  here = builtins.filter runsHere project.targets;

  shell =
    target:
    import ./shell.nix {
      inherit pkgs project target;
      # The dependency group in pyproject.toml; a project with one target has no groups.
      group = if builtins.length project.targets > 1 then target.name else null;
      defaultGroup = first.name;
      # CUDA wheels need the driver of the host.
      driver = target.name == "cuda" && isLinux;
    };
in
# Where no target fits (a CUDA project on a Mac) there is still a shell to edit in: Linux-only packages carry markers.
lib.listToAttrs (map (target: lib.nameValuePair target.name (shell target)) here)
// {
  default = shell (if here == [ ] then first else builtins.head here);
}
