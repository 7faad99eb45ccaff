//! Entering: what each shell sets and leaves alone, from the root, a subfolder, outside, inside another shell, and by direnv.

use std::collections::BTreeMap;

use nixml::core::plan::Plan;

use super::project::Project;
use super::support::place::told;
use super::support::standin::Standin;
use super::support::{need, skip, tools};
use super::{NOTHING, plans, small};

/// Prints the variables that matter, one a line.
const SAY: &str = r#"for name in UV_PYTHON UV_PYTHON_DOWNLOADS UV_NO_MANAGED_PYTHON UV_PROJECT_ENVIRONMENT UV_NO_GROUP VIRTUAL_ENV NIXML_PROJECT \
  NIXML_TARGET NIXML_DRIVER_LIBS TMPDIR TMP TEMP PYTHONPATH PYTHONHOME PYTHONHASHSEED PYTHONNOUSERSITE DETERMINISTIC_BUILD \
  NIX_ENFORCE_NO_NATIVE LD_LIBRARY_PATH OWN; do echo "$name=${!name-<unset>}"; done; echo "first=${PATH%%:*}"; echo "cwd=$PWD""#;

fn said(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn every_nix_enters_every_shell() {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&uv);
    let python = need!(standin.newest_python(&["3.11", "3.12", "3.13"]), "no Python 3.11 to 3.13");
    let nixes = tools::nixes();
    if nixes.is_empty() {
        skip!("no Nix: run scripts/install-nixes");
    }
    std::thread::scope(|scope| {
        for nix in &nixes {
            let standin = &standin;
            scope.spawn(move || {
                let mut plan = small(python);
                plan.shell_env = [("OWN".to_owned(), "a \"b\" ${c} \\ ''".to_owned())].into();
                let mut project = Project::new(&plan, nix, standin);
                for (name, value) in [("PYTHONPATH", "/nowhere"), ("PYTHONHOME", "/nowhere"), ("LD_LIBRARY_PATH", "/nowhere")] {
                    project.place.set(name, value);
                }
                for (shell, environment, excluded) in
                    [("cuda", ".venv", "<unset>"), ("cpu", ".venv-cpu", "cuda"), ("default", ".venv", "<unset>")]
                {
                    let found = said(&project.inside(shell, SAY));
                    let whole = project.path(environment);
                    let target = if shell == "cpu" { "cpu" } else { "cuda" };
                    for (name, wanted) in [
                        ("UV_PROJECT_ENVIRONMENT", environment),
                        ("UV_NO_GROUP", excluded),
                        ("VIRTUAL_ENV", &whole),
                        ("first", &format!("{whole}/bin")),
                        ("UV_PYTHON_DOWNLOADS", "never"),
                        ("UV_NO_MANAGED_PYTHON", "1"),
                        ("NIXML_PROJECT", "small"),
                        ("NIXML_TARGET", target),
                        ("NIXML_DRIVER_LIBS", "<unset>"),
                        ("TMPDIR", project.place.at("tmp").to_str().unwrap()),
                        ("OWN", "a \"b\" ${c} \\ ''"),
                        // the host's own: only Python is kept from it
                        ("LD_LIBRARY_PATH", "/nowhere"),
                    ] {
                        assert_eq!(found[name], wanted, "Nix {}, {shell}: {name}", nix.version);
                    }
                    for gone in [
                        "PYTHONPATH",
                        "PYTHONHOME",
                        "PYTHONHASHSEED",
                        "PYTHONNOUSERSITE",
                        "DETERMINISTIC_BUILD",
                        "NIX_ENFORCE_NO_NATIVE",
                        "TMP",
                        "TEMP",
                    ] {
                        assert_eq!(found[gone], "<unset>", "Nix {}, {shell}: {gone}", nix.version);
                    }
                    assert!(found["UV_PYTHON"].ends_with(&format!("/bin/python{python}")), "{}", found["UV_PYTHON"]);
                }
            });
        }
    });
}

#[test]
fn it_is_entered_from_anywhere() {
    let (project, python) = need!(one(), "{NOTHING}");
    let root = project.path("");
    let root = root.trim_end_matches('/');
    project.place.write("project/src/deep/x", "");
    // `nix develop` looks upward for the flake and stays in the folder
    let output =
        project.command(&["develop", ".#cpu", "--command", "bash", "-c", SAY]).current_dir(project.path("src/deep")).output();
    let output = output.unwrap();
    let found = said(&told(&output));
    assert_eq!(
        (found["VIRTUAL_ENV"].as_str(), found["cwd"].as_str()),
        (&*format!("{root}/.venv-cpu"), &*format!("{root}/src/deep"))
    );
    // from outside there is no project to find: it says so, and enters
    let elsewhere =
        project.command(&["develop", &format!("{root}#cpu"), "--command", "bash", "-c", SAY]).current_dir("/").output();
    let elsewhere = elsewhere.unwrap();
    assert!(elsewhere.status.success() && told(&elsewhere).contains("this folder is not in the project"), "{}", told(&elsewhere));
    assert_eq!(said(&told(&elsewhere))["VIRTUAL_ENV"], "<unset>");
    // a shell inside the other one is its own
    for (outer, inner, excluded) in [("cpu", "cuda", "<unset>"), ("cuda", "cpu", "cuda")] {
        let found = said(&project.inside(outer, &format!("nix develop .#{inner} --command bash -c '{SAY}'")));
        assert_eq!((found["NIXML_TARGET"].as_str(), found["UV_NO_GROUP"].as_str()), (inner, excluded));
    }
    // the exit code of the command is the shell's
    assert_eq!(project.try_in("cpu", "exit 7").status.code(), Some(7));
    assert!(!python.is_empty());
}

/// nix-direnv sources what `nix print-dev-env` prints, in its own strict bash.
#[test]
fn direnv_enters_it_in_a_strict_bash() {
    let (project, _) = need!(one(), "{NOTHING}");
    let env = project.command(&["print-dev-env", ".#cuda"]).output().unwrap();
    assert!(env.status.success(), "{}", told(&env));
    project.place.write("project/env.sh", &String::from_utf8(env.stdout).unwrap());
    let script = format!("set -euo pipefail; . ./env.sh; {SAY}; echo whole=yes");
    let output = project.place.command("bash").args(["-c", &script]).output().unwrap();
    let found = said(&told(&output));
    assert!(output.status.success() && found.contains_key("whole"), "{}", told(&output));
    assert_eq!(found["VIRTUAL_ENV"], project.path(".venv"));
}

#[test]
fn one_line_says_where_one_is_and_what_is_next() {
    let (project, _) = need!(one(), "{NOTHING}");
    let line = |shell: &str| {
        let output = project.try_in(shell, "true");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines: Vec<String> = text.lines().filter(|line| line.starts_with("nixml:")).map(str::to_owned).collect();
        lines
    };
    assert_eq!(line("cpu"), ["nixml: small (cpu), nothing installed yet; next: nixml-sync"]);
    let cuda = line("cuda");
    assert_eq!(cuda.len(), 2, "{cuda:?}");
    assert!(cuda[0].contains("no NVIDIA driver") && cuda[0].ends_with("run: nixml doctor"), "{cuda:?}");
    project.inside("cpu", "nixml-sync -q");
    assert_eq!(line("cpu"), ["nixml: small (cpu); next: python main.py"]);
    std::fs::remove_file(project.path("main.py")).unwrap();
    assert_eq!(line("cpu"), ["nixml: small (cpu)"]);
}

/// T4 and pattern 14: every system's shells evaluate; a Mac has no CUDA, and still a shell.
#[test]
fn every_system_evaluates() {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&uv);
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let python = need!(standin.newest_python(&["3.11", "3.12", "3.13"]), "no Python 3.11 to 3.13");
    for plan in plans::all() {
        let project = Project::new(&Plan { python: python.into(), ..plan.clone() }, &nix, &standin);
        let words: Vec<&str> = plan.targets.iter().map(|one| one.target.word()).collect();
        for (system, absent) in [("x86_64-linux", "mps"), ("aarch64-linux", "mps"), ("aarch64-darwin", "cuda")] {
            let attribute = format!(".#devShells.{system}");
            let apply = "shells: builtins.mapAttrs (_: shell: builtins.seq shell.drvPath (shell.UV_NO_GROUP or \"\")) shells";
            let output = project.command(&["eval", "--json", &attribute, "--apply", apply]).output().unwrap();
            assert!(output.status.success(), "{} {system}: {}", plan.name, told(&output));
            let shells: BTreeMap<String, String> = serde_json::from_slice(&output.stdout).unwrap();
            let mut wanted: Vec<&str> = words.iter().copied().filter(|word| *word != absent).chain(["default"]).collect();
            wanted.sort_unstable();
            assert_eq!(shells.keys().collect::<Vec<_>>(), wanted, "{} {system}", plan.name);
            for (shell, excluded) in &shells {
                let first = words[0];
                let default = wanted.iter().find(|word| words.contains(word) && (**word == first || !wanted.contains(&first)));
                let name = if shell == "default" { default.copied().unwrap_or(first) } else { shell };
                let other = words.len() > 1 && name != first;
                assert_eq!(excluded, if other { first } else { "" }, "{} {system} {shell}", plan.name);
            }
        }
    }
}

/// The lock as rendered is the lock as Nix would write it: no version touches it, and no address is asked.
#[test]
fn no_nix_rewrites_the_lock() {
    let nixes = tools::nixes();
    if nixes.is_empty() {
        skip!("no Nix: run scripts/install-nixes");
    }
    for nix in &nixes {
        let project = Project::unlocked(super::support::place::Place::new().with_nix(nix), &plans::jax_cpu());
        let before = project.place.read("project/flake.lock");
        let output = project.command(&["flake", "lock", "--offline"]).output().unwrap();
        assert!(output.status.success(), "Nix {}: {}", nix.version, told(&output));
        assert_eq!(project.place.read("project/flake.lock"), before, "Nix {}", nix.version);
    }
}

fn one() -> Option<(Project, String)> {
    super::one(|_| {})
}
