//! The last part of `init`: the next steps, with what is missing for them and how to get it.

use std::path::Path;

use nixml::core::init_report::quote;

/// The next steps in a project at `dir`.
pub fn next(dir: &Path) -> Vec<String> {
    let mut next = Vec::new();
    if dir != Path::new(".") {
        next.push(format!("cd {}", quote(&dir.display().to_string())));
    }
    next.extend(["nix develop".to_owned(), "nixml-sync".to_owned(), "python main.py".to_owned()]);
    next
}
