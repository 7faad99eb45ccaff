//! The virtual environments of a project: their Python, whether it still exists, and the packages nixml judges.

use std::fs;
use std::path::Path;

use super::options::ProbeOptions;
use crate::core::facts::{Installed, Venv};

/// Packages that decide whether a framework works, by the start of their name.
const JUDGED: &[&str] = &[
    "bitsandbytes",
    "cudf",
    "cuml",
    "cupy",
    "flash-attn",
    "flax",
    "jax",
    "keras",
    "lightgbm",
    "mlx",
    "numpy",
    "nvidia-",
    "optax",
    "rapids",
    "scikit-learn",
    "tensorflow",
    "tensorrt",
    "tf-keras",
    "torch",
    "transformers",
    "triton",
    "vllm",
    "xformers",
    "xgboost",
];

/// `.venv` and every `.venv-*`, by name.
#[must_use]
pub fn ask(options: &ProbeOptions, dir: &Path) -> Vec<Venv> {
    let names = options.root.names(dir);
    names
        .into_iter()
        .filter(|name| name == ".venv" || name.starts_with(".venv-"))
        .filter_map(|name| venv(options, dir, name))
        .collect()
}

fn venv(options: &ProbeOptions, dir: &Path, name: String) -> Option<Venv> {
    let home = dir.join(&name);
    if !home.is_dir() {
        return None;
    }
    let python = home.join("bin/python");
    let link = fs::read_link(&python).ok();
    let interpreter = link.as_ref().map(|link| options.shown(&home.join("bin").join(link)));
    let settings = options.root.text(home.join("pyvenv.cfg")).unwrap_or_default();
    let told = settings
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| matches!(key.trim(), "version" | "version_info"));
    let folders = options.root.names(home.join("lib"));
    let version = told
        .map(|(_, value)| value.trim().split('.').take(2).collect::<Vec<_>>().join("."))
        .or_else(|| folders.iter().find_map(|folder| folder.strip_prefix("python").map(str::to_owned)));
    let mut installed: Vec<Installed> = folders
        .iter()
        .filter(|folder| folder.starts_with("python"))
        .flat_map(|folder| options.root.names(home.join("lib").join(folder).join("site-packages")))
        .filter_map(|entry| package(&entry))
        .collect();
    installed.sort_by(|one, other| one.name.cmp(&other.name));
    Some(Venv { path: name, python: version, interpreter, interpreter_gone: link.is_some() && !python.exists(), installed })
}

/// `torch-2.15.0+cu126.dist-info` as name and version, when it is one that is judged.
fn package(entry: &str) -> Option<Installed> {
    let (name, version) = entry.strip_suffix(".dist-info")?.split_once('-')?;
    let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
    JUDGED.iter().any(|start| name.starts_with(start)).then(|| Installed { name, version: version.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_from_their_folders() {
        let found = package("nvidia_cublas_cu12-12.8.4.1.dist-info").unwrap();
        assert_eq!((found.name.as_str(), found.version.as_str()), ("nvidia-cublas-cu12", "12.8.4.1"));
        assert_eq!(package("torch-2.15.0+cpu.dist-info").unwrap().version, "2.15.0+cpu");
        assert_eq!((package("requests-2.0.dist-info"), package("torch"), package("torch.dist-info")), (None, None, None));
    }

    #[test]
    fn an_environment_whose_python_is_gone_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let venv = dir.path().join(".venv");
        fs::create_dir_all(venv.join("bin")).unwrap();
        fs::create_dir_all(venv.join("lib/python3.13/site-packages/jax-0.12.0.dist-info")).unwrap();
        fs::write(venv.join("pyvenv.cfg"), "home = /x\nversion_info = 3.13.2\n").unwrap();
        std::os::unix::fs::symlink("/nix/store/gone/bin/python3", venv.join("bin/python")).unwrap();
        let found = ask(&ProbeOptions::new([("HOME", "/h")].into_iter().collect(), None), dir.path()).remove(0);
        assert_eq!((found.python.as_deref(), found.interpreter_gone, found.installed.len()), (Some("3.13"), true, 1));
        assert_eq!(found.interpreter.as_deref(), Some("/nix/store/gone/bin/python3"));
    }
}
