//! Tells Cargo to look again when a data file is added; lists nothing itself.

#![expect(clippy::print_stdout, reason = "this is how a build script speaks to Cargo")]

fn main() {
    for folder in ["wizard-steps", "templates", "assets"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
