//! How to enter the shell of a project, for a person to type in.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::edge::child::{Environment, Order};
use crate::edge::validate::find_nix;

/// The shell that the validation built, without evaluating it again; before the first validation the flake's own.
///
/// # Errors
/// Nix is not installed.
pub fn command(dir: &Path) -> io::Result<Order> {
    let nix = find_nix().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "Nix is not installed"))?;
    let profile = Path::new(".nixml/profile");
    let mut args: Vec<OsString> = ["--extra-experimental-features", "nix-command flakes", "develop"].map(OsString::from).to_vec();
    if leads_to_the_store(&dir.join(profile)) {
        args.push(Path::new(".").join(profile).into());
    }
    // What the pane understands, whatever the terminal around it is.
    let env = Environment::inherited().with("TERM", "xterm-256color").cleared(&["COLORTERM"]);
    Ok(Order::new(nix, dir, env.with("PAGER", "cat").with("GIT_PAGER", "cat")).args(args))
}

/// True for a profile as Nix makes it, `profile` to `profile-1-link` to the store. A folder of that name that came with the project
/// would be taken for a flake.
fn leads_to_the_store(profile: &Path) -> bool {
    let store = std::env::var_os("NIX_STORE_DIR").map_or_else(|| PathBuf::from("/nix/store"), PathBuf::from);
    let beside = std::fs::read_link(profile).ok().filter(|link| link.components().count() == 1);
    let shell = beside.and_then(|link| std::fs::read_link(profile.with_file_name(link)).ok());
    shell.is_some_and(|shell| shell.starts_with(store) && !shell.components().any(|part| part == std::path::Component::ParentDir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_profile_of_nix_is_taken_for_one() {
        let dir = tempfile::tempdir().unwrap();
        let profile = dir.path().join("profile");
        assert!(!leads_to_the_store(&profile));
        std::fs::create_dir(&profile).unwrap();
        std::fs::write(profile.join("flake.nix"), "{ }").unwrap();
        assert!(!leads_to_the_store(&profile));
        std::fs::remove_dir_all(&profile).unwrap();
        for (link, to, fine) in [
            ("profile-1-link", "/nix/store/abc-env", true),
            ("profile-1-link", "/nix/store/../../tmp/x", false),
            ("profile-1-link", "/tmp/x", false),
            ("../profile-1-link", "/nix/store/abc-env", false),
        ] {
            let _ = std::fs::remove_file(&profile);
            let _ = std::fs::remove_file(dir.path().join("profile-1-link"));
            std::os::unix::fs::symlink(link, &profile).unwrap();
            std::os::unix::fs::symlink(to, dir.path().join("profile-1-link")).unwrap();
            assert_eq!(leads_to_the_store(&profile), fine, "{link} {to}");
        }
    }
}
