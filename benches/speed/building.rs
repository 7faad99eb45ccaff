//! What somebody waits who builds nixml from nothing, beside the smallest terminal program on the same crates.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::sample::{Row, timed};

/// Both from an empty folder, once a round: a build takes too long to repeat and varies little.
pub fn cold() -> Vec<Row> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = tempfile::tempdir().unwrap();
    let floor = place.path().join("floor");
    std::fs::create_dir_all(floor.join("src")).unwrap();
    let own = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let ratatui = own.lines().find(|line| line.starts_with("ratatui = ")).unwrap();
    let manifest = format!("[package]\nname = \"floor\"\nedition = \"2024\"\n[dependencies]\n{ratatui}\n[workspace]\n");
    std::fs::write(floor.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(root.join("Cargo.lock"), floor.join("Cargo.lock")).unwrap();
    let program = include_str!("minimal.rs").replace("pub fn run()", "fn main()").replace("pub const NAME", "const _NAME");
    std::fs::write(floor.join("src/main.rs"), program).unwrap();

    let build = |folder: &Path| {
        let target = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--quiet", "--offline"]).current_dir(folder).env("CARGO_TARGET_DIR", target.path());
        command.env_remove("CARGO_BUILD_TARGET").stdin(Stdio::null()).stdout(Stdio::null());
        timed(|| assert!(command.status().unwrap().success(), "{} does not build", folder.display())) / 1000.0
    };
    vec![Row::beside("cargo build, nothing built before", "s", "a bare ratatui program", &[(build(root), build(&floor))])]
}
