//! How to enter the shell of a project, for a person to type in.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use crate::edge::pty::PtyCommand;
use crate::edge::validate::find_nix;

/// The shell that the validation built, without evaluating it again; before the first validation the flake's own.
///
/// # Errors
/// Nix is not installed.
pub fn command(dir: &Path) -> io::Result<PtyCommand> {
    let nix = find_nix().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "Nix is not installed"))?;
    let profile = Path::new(".nixml/profile");
    let mut args: Vec<OsString> = ["--extra-experimental-features", "nix-command flakes", "develop"].map(OsString::from).to_vec();
    if dir.join(profile).exists() {
        args.push(Path::new(".").join(profile).into());
    }
    let set = |name: &str, value: &str| (OsString::from(name), Some(OsString::from(value)));
    let unset = |name: &str| (OsString::from(name), None);
    let env = vec![
        // What the pane understands, whatever the terminal around it is.
        set("TERM", "xterm-256color"),
        unset("COLORTERM"),
        set("PAGER", "cat"),
        set("GIT_PAGER", "cat"),
    ];
    Ok(PtyCommand { program: nix.into(), args, dir: Some(dir.to_path_buf()), env })
}
