//! Variables that leak into Python, Nix or the loader, and who set them; names and paths, never secrets.

use std::path::{Path, PathBuf};

use super::options::ProbeOptions;
use super::part::Part;
use crate::core::facts::{Env, SetBy};

/// Variables whose culprit is worth naming.
const TRACED: &[&str] = &[
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "PYTHONPATH",
    "PYTHONHOME",
    "CUDA_HOME",
    "CUDA_PATH",
    "CUDA_VISIBLE_DEVICES",
    "SSL_CERT_FILE",
    "NIX_SSL_CERT_FILE",
    "TMPDIR",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "NIX_CONFIG",
];

/// Fills `env`.
pub fn ask(options: &ProbeOptions, part: &mut Part) {
    let vars = &options.vars;
    let list = |name: &str| vars.get(name).map(|value| options.shown_list(&value));
    let env = Env {
        ld_library_path: list("LD_LIBRARY_PATH"),
        ld_preload: list("LD_PRELOAD"),
        // Set to nothing hides every card, so that is kept too.
        cuda_visible_devices: vars.even_empty("CUDA_VISIBLE_DEVICES").map(|value| without_ids(&value)),
        pythonpath: list("PYTHONPATH"),
        pythonhome: list("PYTHONHOME"),
        cuda_home: list("CUDA_HOME").or_else(|| list("CUDA_PATH")),
        virtual_env: list("VIRTUAL_ENV"),
        conda_env: vars.get("CONDA_DEFAULT_ENV").map(|name| options.shown(Path::new(&name))),
        in_nix_shell: vars.get("IN_NIX_SHELL"),
        tmpdir: list("TMPDIR"),
        ssl_cert_file: list("SSL_CERT_FILE"),
        nix_ssl_cert_file: list("NIX_SSL_CERT_FILE"),
        missing_cert_files: ["SSL_CERT_FILE", "NIX_SSL_CERT_FILE"]
            .iter()
            .filter_map(|name| vars.get(name))
            .filter(|file| !options.root.exists(file))
            .map(|file| options.shown(Path::new(&file)))
            .collect(),
        proxy: ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]
            .iter()
            .find_map(|name| host(&vars.get(name)?)),
        uv_index: ["UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"]
            .iter()
            .any(|name| vars.has(name))
            .then_some(true),
        path_has_conda: vars
            .folders("PATH")
            .iter()
            .any(|folder| {
                folder.to_string_lossy().split('/').any(|word| {
                    ["conda", "miniconda", "anaconda", "miniforge", "mambaforge"].iter().any(|start| word.starts_with(start))
                })
            })
            .then_some(true),
        set_by: TRACED
            .iter()
            .filter(|name| vars.even_empty(name).is_some())
            .filter_map(|name| Some(((*name).to_owned(), culprit(options, name)?)))
            .collect(),
    };
    part.facts.env = Some(env);
    part.rest_from("env", "environment");
}

/// Card names by UUID are nobody's business: their kind is.
fn without_ids(value: &str) -> String {
    value
        .split(',')
        .map(|word| if word.contains('-') && word.len() > 8 { word.split('-').next().unwrap_or(word) } else { word })
        .collect::<Vec<_>>()
        .join(",")
}

/// The host of an address, without user, password and path.
fn host(address: &str) -> Option<String> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

/// The usual start-up file that sets a variable, the user's own first.
fn culprit(options: &ProbeOptions, name: &str) -> Option<SetBy> {
    let mut files: Vec<PathBuf> = Vec::new();
    if let Some(home) = &options.home {
        let own = [".bashrc", ".bash_profile", ".profile", ".zshrc", ".zshenv", ".zprofile", ".config/fish/config.fish"];
        files.extend(own.iter().map(|file| home.join(file)));
    }
    files.extend(
        ["/etc/environment", "/etc/profile", "/etc/bash.bashrc", "/etc/bashrc", "/etc/zshrc", "/etc/zsh/zshenv"]
            .map(PathBuf::from),
    );
    files.extend(options.root.names("/etc/profile.d").into_iter().map(|file| Path::new("/etc/profile.d").join(file)));
    files.into_iter().find_map(|file| {
        let text = options.root.text(&file)?;
        let line = text.lines().position(|line| sets(line, name))?;
        Some(SetBy { file: options.shown(&file), line: u32::try_from(line + 1).ok()? })
    })
}

/// `export NAME=...`, `NAME=...` or fish's `set -x NAME ...`, not in a comment.
fn sets(line: &str, name: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') {
        return false;
    }
    let words = || line.split([' ', '\t', ';', '&']);
    words().any(|word| word.strip_prefix(name).is_some_and(|rest| rest.starts_with('=') || rest.starts_with("+=")))
        || (line.starts_with("set ") && words().any(|word| word == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_sets_a_variable_is_told_from_one_that_reads_it() {
        for line in [
            "export LD_LIBRARY_PATH=/x",
            "LD_LIBRARY_PATH=/x:$LD_LIBRARY_PATH",
            "  [ -d /x ] && export LD_LIBRARY_PATH=/x",
            "set -gx LD_LIBRARY_PATH /x",
        ] {
            assert!(sets(line, "LD_LIBRARY_PATH"), "{line}");
        }
        for line in
            ["# export LD_LIBRARY_PATH=/x", "echo $LD_LIBRARY_PATH", "export MY_LD_LIBRARY_PATH=/x", "unset LD_LIBRARY_PATH"]
        {
            assert!(!sets(line, "LD_LIBRARY_PATH"), "{line}");
        }
    }

    #[test]
    fn secrets_do_not_get_this_far() {
        assert_eq!(host("http://ada:pw@proxy.example:3128/x").as_deref(), Some("proxy.example:3128"));
        assert_eq!(host("proxy.example:8080").as_deref(), Some("proxy.example:8080"));
        assert_eq!(without_ids("GPU-4cf8db2d-06c0-7d70,1"), "GPU,1");
        assert_eq!(without_ids("-1"), "-1");
    }
}
