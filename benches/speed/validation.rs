//! `nixml validate` beside the commands it runs, typed by hand.

use std::path::Path;
use std::process::Command;

use crate::sample::{Goal, Row, pairs, timed};
use crate::support::place::Place;
use crate::support::standin::Standin;
use crate::support::tools;

/// The same five programs: the shell's environment, the lock, the sync, the proof in the shell and outside.
const BY_HAND: &str = r#"
nix --extra-experimental-features 'nix-command flakes' develop .#cpu --no-write-lock-file --profile .nixml/profile \
  --option connect-timeout 10 --option warn-dirty false --override-input nixpkgs "$NIXML_NIXPKGS" --command env -0 > "$TMPDIR/entered"
mapfile -d '' -t entered < "$TMPDIR/entered"
uv=$(env -i "${entered[@]}" bash -c 'command -v uv')
env -i "${entered[@]}" "$uv" lock --check --no-build
env -i "${entered[@]}" "$uv" sync --locked --no-build
env -i "${entered[@]}" .venv/bin/python "$PROOF" "$ORDER"
env -i .venv/bin/python "$PROOF" "$ORDER"
"#;

/// A proved JAX project, proved again and again.
pub fn validate() -> Vec<Row> {
    let (Some(nix), Some(uv)) = (tools::nix("newest"), tools::uv()) else {
        eprintln!("bench: no Nix or no uv: scripts/install-nixes, scripts/install-tools");
        return Vec::new();
    };
    let standin = Standin::of(&uv);
    let Some(python) = standin.newest_python(&["3.11", "3.12", "3.13", "3.14"]) else { return Vec::new() };
    let mut place = Place::new().with_nix(&nix);
    place.set("NIXML_NIXPKGS", standin.flakeref());
    place.set("NIXML_HOST", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/laptop-no-gpu.toml"));
    let proofs = place.at("proofs");
    std::fs::create_dir(&proofs).unwrap();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/proof")).unwrap().flatten() {
        let name = format!("nixml_proof_{}", entry.file_name().to_string_lossy());
        std::fs::copy(entry.path(), proofs.join(name)).unwrap();
    }
    place.set("PROOF", proofs.join("nixml_proof_jax.py"));
    place.set("ORDER", r#"{"mark": "@", "target": "cpu", "build": "cpu", "jit": "", "modules": ["jax"]}"#);
    let run = |mut command: Command| {
        let mut output = None;
        let time = timed(|| output = Some(command.output().unwrap()));
        let output = output.unwrap();
        assert!(output.status.success(), "{}", crate::support::place::told(&output));
        time
    };
    let nixml = |args: &[&str]| {
        let mut command = place.command(env!("CARGO_BIN_EXE_nixml"));
        command.args(args);
        run(command)
    };
    nixml(&["init", ".", "--framework", "jax", "--targets", "cpu", "--python", python, "--yes", "--quiet"]);
    let by_hand = || {
        let mut command = place.command("bash");
        command.args(["-euc", BY_HAND]);
        run(command)
    };
    let measured = pairs(7, || nixml(&["validate", "--quiet"]), by_hand);
    vec![
        Row::beside("nixml validate, JAX on the CPU, nothing to download", "ms", "nix, uv and python by hand", &measured)
            .goal(Goal::RatioAtMost(1.02)),
    ]
}
