//! The stand-in nixpkgs under every real Nix: its own attributes, and a small dev shell from lock to import.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests touch the world")]

mod support;

use support::place::{Place, told};
use support::standin::Standin;
use support::{need, skip, tools};

const FLAKE: &str = r#"{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
  outputs = { nixpkgs, ... }: {
    devShells = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" ] (system:
      let pkgs = nixpkgs.legacyPackages.${system}; in {
        default = pkgs.mkShell {
          packages = [ pkgs.uv (pkgs.runCommand "py" { } "mkdir -p $out/bin; ln -s ${pkgs.pythonNNN.interpreter} $out/bin/python") ];
          env.UV_PYTHON = pkgs.pythonNNN.interpreter;
          env.UV_PYTHON_DOWNLOADS = "never";
          shellHook = "export VIRTUAL_ENV=$PWD/.venv; PATH=$VIRTUAL_ENV/bin:$PATH";
        };
      });
  };
}
"#;

/// A place with this Nix, and a project that needs one tiny package.
fn project(nix: &tools::Nix, standin: &Standin, python: &str) -> Place {
    let place = Place::new().with_nix(nix);
    place.write("project/flake.nix", &FLAKE.replace("NNN", &python.replace('.', "")));
    place.write(
        "project/pyproject.toml",
        &format!(
            "[project]\nname = \"tiny\"\nversion = \"0\"\nrequires-python = \"=={python}.*\"\ndependencies = [\"einops\"]\n\
             [tool.uv]\npackage = false\n"
        ),
    );
    place.run("git", &["init", "-q"]);
    place.run("git", &["add", "-A"]);
    place.run("nix", &["flake", "lock", "--override-input", "nixpkgs", &standin.flakeref()]);
    place.run("git", &["add", "-A"]);
    place
}

#[test]
fn every_nix_enters_a_shell_of_it() {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&uv);
    let python = need!(standin.newest_python(&["3.11", "3.12", "3.13", "3.14"]), "no Python 3.11 to 3.14");
    let nixes = tools::nixes();
    if nixes.is_empty() {
        skip!("no Nix: run scripts/install-nixes");
    }
    std::thread::scope(|scope| {
        for nix in &nixes {
            let standin = &standin;
            scope.spawn(move || {
                let place = project(nix, standin, python);
                // the lock names the stand-in: from here on no flag is needed
                place.run("nix", &["flake", "check"]);
                let said = place.run(
                    "nix",
                    &["develop", "--command", "bash", "-c", "uv sync -q && python -c 'import einops, sys; print(sys.prefix)'"],
                );
                assert_eq!(said.trim(), place.at("project/.venv").to_str().unwrap(), "Nix {}", nix.version);
                let exit = place.command(nix.program()).args(["develop", "--command", "bash", "-c", "exit 7"]).output().unwrap();
                assert_eq!(exit.status.code(), Some(7), "Nix {}: {}", nix.version, told(&exit));
            });
        }
    });
}

#[test]
fn it_refuses_what_nixpkgs_refuses() {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&uv);
    let nixes = tools::nixes();
    if nixes.is_empty() {
        skip!("no Nix: run scripts/install-nixes");
    }
    for nix in &nixes {
        let place = Place::new().with_nix(nix);
        for (attribute, words) in [
            ("cudaPackages.cudnn.drvPath", "has an unfree license"),
            ("standin-unfree.drvPath", "has an unfree license"),
            ("standin.broken.drvPath", "is marked as broken"),
            ("standin.linuxOnly.drvPath", "is not available on the requested hostPlatform"),
            ("zlibb", "attribute 'zlibb' missing"),
            ("python316.interpreter", "attribute 'python316' missing"),
        ] {
            let expression = format!("(import {} {{ system = \"x86_64-linux\"; }}).{attribute}", standin.folder.display());
            let output = place.command(nix.bin.join("nix-instantiate")).args(["--eval", "-E", &expression]).output().unwrap();
            assert!(
                !output.status.success() && told(&output).contains(words),
                "Nix {}: {attribute}: {}",
                nix.version,
                told(&output)
            );
        }
    }
}
