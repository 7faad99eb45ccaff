{
  # nixml itself: `nix run`, `nix profile install`, and a shell to work on it. What nixml writes for others is in templates/.
  description = "From a bare machine to a first tensor on your own GPU";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      each = f: lib.genAttrs [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" ] (system: f nixpkgs.legacyPackages.${system});
      cargo = lib.importTOML ./Cargo.toml;
    in
    {
      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = cargo.package.name;
          inherit (cargo.package) version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # The tests want several Nixes, uv and an index: they run in a clone, by scripts/test.
          doCheck = false;
          postInstall = ''
            for shell in bash zsh fish; do
              $out/bin/nixml completions $shell > nixml.$shell
              installShellCompletion --cmd nixml --$shell nixml.$shell
            done
            $out/bin/nixml man > nixml.1
            installManPage nixml.1
          '';
          meta = {
            inherit (cargo.package) description;
            mainProgram = "nixml";
          };
        };
      });

      apps = each (pkgs: {
        default = {
          type = "app";
          program = lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.default;
          meta.description = cargo.package.description;
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.cargo
            pkgs.rustc
            pkgs.clippy
            pkgs.rustfmt
            pkgs.just
            pkgs.python3
            pkgs.git
          ];
        };
      });
    };
}
