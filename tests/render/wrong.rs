//! The thirty wrong things that generated and tutorial flakes do: none is in any file, and each rule catches its own sin.

use nixml::core::data::Data;
use nixml::core::files::Files;
use regex::Regex;
use toml_edit::DocumentMut;

use super::{files, plans};

/// What is wrong with the files, if anything.
type Rule = fn(&Files) -> Option<String>;
/// Makes the files wrong, for the rule to catch.
type Sin = fn(&mut Files);

/// Text that must not be in a file, a comment apart: number of the list, the files' ending, the expression, a line that has it.
const NEVER: &[(u8, &str, &str, &str)] = &[
    (
        1,
        "",
        r"LD_LIBRARY_PATH[^\n]*[=:/](usr/)?lib(64|/x86_64|/aarch64|[:\x22\n])",
        "export LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu",
    ),
    (1, "", r"LD_LIBRARY_PATH[^\n]*[=:/](usr/)?lib(64|/x86_64|/aarch64|[:\x22\n])", "export LD_LIBRARY_PATH=/usr/lib64"),
    (2, ".nix", "manylinux[0-9P]|pythonManylinux", "libs = pkgs.pythonManylinuxPackages.manylinux1;"),
    (2, ".nix", r"pkgs\.glibc|\bglibc\b", "libs = [ pkgs.glibc ];"),
    (3, ".nix", "nvidia_x11|linuxPackages", "${pkgs.linuxPackages.nvidia_x11}/lib"),
    (4, "", r"cudaPackages|cudatoolkit|\bCUDA_PATH|CUDA_HOME", "CUDA_PATH = \"${pkgs.cudaPackages.cudatoolkit}\";"),
    (5, "", "lib/stubs", "libs=$libs:${toolkit}/lib/stubs"),
    (6, "", r"cachix\.org|nix-community|cache\.nixos-cuda\.org", "https://cuda-maintainers.cachix.org"),
    (7, "", "nixConfig|accept-flake-config|trusted-users|substituters", "nixConfig.extra-substituters = [ ];"),
    (8, "", "allowUnfree|NIXPKGS_ALLOW_UNFREE|--impure", "export NIXPKGS_ALLOW_UNFREE=1"),
    (9, ".nix", r"allowUnfreePredicate|import nixpkgs\b|config\s*=", "pkgs = import nixpkgs { config = { }; };"),
    (10, ".nix", "cudaCapabilities|cudaForwardCompat|cudaSupport", "cudaCapabilities = [ \"8.9\" ];"),
    (11, ".nix", r"pkgs\.python3\b|python3Packages|python3(10|9|8)\b", "packages = [ pkgs.python3 ];"),
    (
        12,
        ".nix",
        r"torchWithCuda|tensorflowWithCuda|pytorch-bin|cudaPackages_11|FHSUserEnv|addOpenGLRunpath|hardware\.opengl|xorg\.",
        "pkgs.xorg.libX11",
    ),
    (13, ".nix", "torch-bin|torch", "packages = [ ps.torch-bin ];"),
    (14, "", "x86_64-darwin|flake-utils|eachDefaultSystem", "systems = [ \"x86_64-darwin\" ];"),
    (15, "hook.sh", r"(?m)^[^#]*(\b(exec|exit|source)\b|\bset -|uv sync|uv pip|pip install|activate|>>|[^>]> )", "uv sync"),
    (15, "hook.sh", r"(?m)^[^#]*(\b(exec|exit|source)\b|\bset -|uv sync|uv pip|pip install|activate|>>|[^>]> )", "set -e"),
    (15, "hook.sh", r"(?m)^[^#]*(\b(exec|exit|source)\b|\bset -|uv sync|uv pip|pip install|activate|>>|[^>]> )", "exec zsh"),
    (16, ".nix", "buildInputs|withPackages|venvShellHook", "buildInputs = [ python.pkgs.numpy ];"),
    (18, "", "nix-ld|NIX_LD", "NIX_LD_LIBRARY_PATH = libs;"),
    (19, "", "extra-index-url =|index-strategy =|unsafe-best-match", "index-strategy = \"unsafe-best-match\""),
    (20, "", r"optional-dependencies|uv sync[^\n]*--extra|--all-extras", "uv sync --extra cpu"),
    (21, "", "no-install-package =|no-install-package torch", "no-install-package = [\"torch\"]"),
    (22, "pyproject.toml", "exclude-newer", "exclude-newer = \"2026-01-01T00:00:00Z\""),
    (24, "pyproject.toml", "nvidia-", "dependencies = [\"nvidia-cublas-cu13\"]"),
    (
        25,
        "",
        "nixos-unstable|nixpkgs-unstable|flake:nixpkgs|channels.nixos.org",
        "inputs.nixpkgs.url = \"nixpkgs/nixos-unstable\";",
    ),
    (26, "", r"path:\.|nix develop path:", "nix develop path:."),
    (27, ".nix", "mkShellNoCC|stdenvNoCC", "pkgs.mkShellNoCC { }"),
    (28, "", r"LD_LIBRARY_PATH=[^\n]*[^+]:\$\{?LD_LIBRARY_PATH\}?(\x22|$)", "export LD_LIBRARY_PATH=\"$libs:$LD_LIBRARY_PATH\""),
    (30, "", r"pynvml|nvidia-smi\s*\||CUDA Version", "nvidia-smi | grep 'CUDA Version'"),
];

/// What must be so, and how to break it.
const ALWAYS: &[(u8, Rule, Sin)] = &[
    (
        14,
        |all| lacks(all, "nix/shells.nix", "cuda = isLinux;"),
        |all| swap(all, "nix/shells.nix", "cuda = isLinux;", "cuda = true;"),
    ),
    (
        16,
        |all| lacks(all, "nix/hook.sh", "unset PYTHONPATH PYTHONHOME"),
        |all| swap(all, "nix/hook.sh", "unset PYTHONPATH", "unset "),
    ),
    (
        17,
        |all| lacks(all, "nix/shell.nix", r#"UV_PYTHON_DOWNLOADS = "never";"#),
        |all| swap(all, "nix/shell.nix", r#"DOWNLOADS = "never""#, r#"DOWNLOADS = "automatic""#),
    ),
    (19, indexes_are_explicit, |all| swap(all, "pyproject.toml", "explicit = true", "explicit = false")),
    (19, sources_are_for_linux, |all| swap(all, "pyproject.toml", ", marker = \"sys_platform == 'linux'\"", "")),
    (20, targets_exclude_each_other, |all| swap(all, "pyproject.toml", "conflicts = ", "# conflicts = ")),
    (23, settings_are_known, |all| {
        swap(all, "pyproject.toml", "prerelease =", "minimum-libc-version = { glibc = \"2.28\" }\nprerelease =");
    }),
    (25, lock_is_the_input, |all| swap(all, "flake.lock", "\"ref\": \"nixos-26.05\"", "\"ref\": \"nixos-25.11\"")),
    (26, |all| lacks(all, ".gitignore", ".venv*/\n"), |all| swap(all, ".gitignore", ".venv*/\n", "")),
    (26, |all| lacks(all, ".gitignore", ".nixml/\n"), |all| swap(all, ".gitignore", ".nixml/\n", "")),
    (
        27,
        |all| lacks(all, "nix/launcher.sh", "TRITON_LIBCUDA_PATH=\"${TRITON_LIBCUDA_PATH:-$driver}\""),
        |all| swap(all, "nix/launcher.sh", "TRITON_LIBCUDA_PATH=", "OTHER="),
    ),
    (27, |all| lacks(all, "nix/shell.nix", "pkgs.mkShell {"), |all| swap(all, "nix/shell.nix", "pkgs.mkShell {", "derivation {")),
    (
        28,
        |all| lacks(all, "nix/launcher.sh", "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"),
        |all| {
            swap(all, "nix/launcher.sh", "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}", ":$LD_LIBRARY_PATH");
        },
    ),
    (29, interpolations_are_nix_own, |all| {
        swap(all, "flake.nix", "python = \"3.13\"", "python = \"${builtins.readFile /etc/hostname}\"");
    }),
    (30, |all| lacks(all, "nix/driver.sh", "libnvidia-ml.so.1"), |all| swap(all, "nix/driver.sh", "libnvidia-ml.so.1", "")),
];

fn swap(all: &mut Files, path: &str, from: &str, to: &str) {
    let file = all.0.get_mut(path).unwrap();
    assert!(file.text.contains(from), "the sin needs `{from}` in {path}");
    file.text = file.text.replace(from, to);
}

fn lacks(all: &Files, path: &str, text: &str) -> Option<String> {
    let found = all.text(path).is_some_and(|file| file.contains(text));
    (!found).then(|| format!("{path} lacks `{text}`"))
}

fn uv(all: &Files) -> (DocumentMut, toml_edit::Table) {
    let file: DocumentMut = all.text("pyproject.toml").unwrap().parse().unwrap();
    let uv = file["tool"]["uv"].as_table().unwrap().clone();
    (file, uv)
}

fn indexes_are_explicit(all: &Files) -> Option<String> {
    let uv = uv(all).1;
    let tables = uv.get("index").and_then(|index| index.as_array_of_tables());
    let loose = tables.into_iter().flatten().any(|table| table.get("explicit").and_then(toml_edit::Item::as_bool) != Some(true));
    loose.then(|| "an index that is not explicit".to_owned())
}

fn sources_are_for_linux(all: &Files) -> Option<String> {
    let uv = uv(all).1;
    let sources = uv.get("sources").and_then(|sources| sources.as_table());
    let mut entries = sources.into_iter().flat_map(toml_edit::Table::iter).flat_map(|(_, list)| list.as_array().unwrap().clone());
    let loose = entries.any(|entry| entry.as_inline_table().unwrap().get("marker").is_none());
    loose.then(|| "an index without a marker".to_owned())
}

fn targets_exclude_each_other(all: &Files) -> Option<String> {
    let (file, uv) = uv(all);
    let groups: Vec<_> = file["dependency-groups"].as_table().unwrap().iter().map(|(group, _)| group.to_owned()).collect();
    let several = groups.len() > 2;
    let excluded: Vec<String> = uv
        .get("conflicts")
        .and_then(|conflicts| conflicts.as_array()?.get(0)?.as_array())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.as_inline_table()?.get("group")?.as_str()?.to_owned()))
        .collect();
    let missing = several && groups.iter().any(|group| group != "dev" && !excluded.contains(group));
    missing.then(|| "targets that do not exclude each other".to_owned())
}

fn settings_are_known(all: &Files) -> Option<String> {
    // What uv 0.11 reads of `[tool.uv]`, as far as we write it.
    let known = [
        "package",
        "required-version",
        "default-groups",
        "conflicts",
        "environments",
        "required-environments",
        "prerelease",
        "sources",
        "index",
    ];
    let uv = uv(all).1;
    let unknown = uv.iter().find(|(key, _)| !known.contains(key))?;
    Some(format!("`{}` is new to uv 0.11", unknown.0))
}

fn lock_is_the_input(all: &Files) -> Option<String> {
    let lock: serde_json::Value = serde_json::from_str(all.text("flake.lock").unwrap()).unwrap();
    let node = &lock["nodes"]["nixpkgs"];
    let original = &node["original"];
    let input = ["type", "owner", "repo", "ref"].map(|key| original[key].as_str().unwrap());
    let url = format!("inputs.nixpkgs.url = \"{}:{}/{}/{}\";", input[0], input[1], input[2], input[3]);
    if node["locked"]["rev"].as_str().unwrap().len() != 40 {
        return Some("no revision".to_owned());
    }
    lacks(all, "flake.nix", &url)
}

/// Nix evaluates `${`: in flake.nix there is one, the system's packages; in the constant parts they are ours.
fn interpolations_are_nix_own(all: &Files) -> Option<String> {
    let flake = all.text("flake.nix").unwrap().replace("\\$", "");
    let own = ["legacyPackages.${system}"];
    let rest = own.iter().fold(flake, |text, known| text.replace(known, ""));
    rest.contains("${").then(|| "flake.nix evaluates something of the plan".to_owned())
}

/// The lines of a file that are not comments.
fn code(text: &str) -> String {
    let words = |line: &str| !line.trim_start().starts_with('#');
    text.lines().filter(|line| words(line)).flat_map(|line| [line, "\n"]).collect()
}

fn has(all: &Files, ending: &str, expression: &Regex) -> Option<String> {
    let mut found = all.0.iter().filter(|(path, _)| path.ends_with(ending) && *path != "flake.lock");
    found.find_map(|(path, file)| expression.find(&code(&file.text)).map(|hit| format!("{path}: `{}`", hit.as_str().trim())))
}

#[test]
fn none_of_the_thirty_is_in_any_project() {
    for plan in plans::all() {
        let all = files(&plan);
        for (number, ending, expression, _) in NEVER {
            let hit = has(&all, ending, &Regex::new(expression).unwrap());
            assert_eq!(hit, None, "{}: wrong pattern {number}", plan.name);
        }
        for (number, rule, _) in ALWAYS {
            assert_eq!(rule(&all), None, "{}: wrong pattern {number}", plan.name);
        }
    }
}

#[test]
fn every_rule_catches_its_sin() {
    for (number, ending, expression, line) in NEVER {
        let mut all = files(&plans::pytorch_both());
        let path = all.0.keys().find(|path| path.ends_with(ending)).unwrap().clone();
        all.0.get_mut(&path).unwrap().text.extend([line, "\n"]);
        assert!(has(&all, ending, &Regex::new(expression).unwrap()).is_some(), "rule {number} lets `{line}` pass");
    }
    for (number, rule, sin) in ALWAYS {
        let mut all = files(&plans::pytorch_both());
        sin(&mut all);
        assert!(rule(&all).is_some(), "rule {number} does not see its sin");
    }
    let numbers: std::collections::BTreeSet<u8> =
        NEVER.iter().map(|rule| rule.0).chain(ALWAYS.iter().map(|rule| rule.0)).collect();
    assert_eq!(numbers.into_iter().collect::<Vec<_>>(), (1..=30).collect::<Vec<_>>(), "a rule for each of the thirty");
}

/// A value reaches a Nix file through the `nix` filter only; names of variables are checked as identifiers.
#[test]
fn nix_templates_quote_every_value() {
    let data = Data::embedded();
    let out = Regex::new(r"\{\{(.*?)\}\}").unwrap();
    for (path, text) in data.below("templates/", ".nix.j2") {
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            for hit in out.captures_iter(line) {
                let inner = hit[1].trim();
                assert!(inner.ends_with("| nix") || inner == "name", "{path}: `{inner}` is not quoted");
            }
        }
    }
}
