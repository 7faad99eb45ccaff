//! Tells Cargo to look again when a data file is added; lists nothing itself.

fn main() {
    for folder in ["wizard-steps", "templates", "assets"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
