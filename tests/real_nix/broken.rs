//! Each thing that goes wrong on the way, on each Nix: the exit code, the phase, the real words, the finding.

use crate::each_nix;
use crate::project::Project;
use crate::support::need;
use crate::support::tools::{self, Nix};

each_nix! {
    a_changed_flake_needs_trust => changed;
    a_syntax_error => syntax;
    a_missing_attribute => attribute;
    an_unfree_package => unfree;
    a_failing_build => failing_build;
    a_wrong_hash => wrong_hash;
    a_hanging_build => hanging_build;
    a_failing_hook => failing_hook;
    an_untracked_flake => untracked;
    flakes_that_are_off => flakes_off;
    no_such_shell => no_shell;
    no_package_index => no_index;
    no_nixpkgs => no_nixpkgs_at_all;
}

fn jax(nix: &Nix) -> Option<Project> {
    Project::of_jax(nix)
}

const NEEDS: &str = "no uv, or no Python from 3.11 to 3.14";

/// Nothing that nixml did not write is run unasked.
fn changed(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    project.edit("flake.nix", "programs = [ ];", "programs = [ (import ./more.nix) ];");
    let refused = project.validate(&[]);
    assert_eq!(refused.exit, Some(4), "{}", refused.told);
    assert!(refused.told.contains("flake.nix") && refused.told.contains("--trust"), "{}", refused.told);
    assert!(!project.place.at("nix").exists(), "Nix was started");
}

fn syntax(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    project.edit("flake.nix", "programs = [ ];", "programs = [ ]");
    project.validate(&["--trust"]).expect(1, "evaluate", "syntax error, unexpected");
}

fn attribute(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    project.with_program("gitt");
    // A name in the list is data: no `--trust` is needed.
    project.validate(&[]).expect(1, "evaluate", "attribute 'gitt' missing").with_code("nix-attribute-missing");
}

fn unfree(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    project.with_program("standin-unfree");
    project.validate(&["--trust"]).expect(1, "evaluate", "unfree license").with_code("unfree-refused");
}

fn failing_build(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    project.with_program("standin-fails");
    project.validate(&["--trust"]).expect(1, "build", "error: no such header: cuda.h");
}

fn wrong_hash(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    project.with_program("standin-wrongHash");
    project.validate(&["--trust"]).expect(1, "build", "hash mismatch").with_code("hash-mismatch");
}

fn hanging_build(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    project.with_program("standin-hangs");
    let verdict = project.validate(&["--trust", "--timeout", "4"]);
    verdict.expect(124, "build", "waiting for something that never comes");
    assert!(verdict.took.as_secs() >= 4, "{:?}", verdict.took);
    assert_eq!(project.place.processes(), [], "the builder is left running");
}

/// A hook that ends the shell. (A hook whose last command merely fails ends nothing, on no Nix.)
fn failing_hook(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    let hook = project.place.read("project/nix/hook.sh");
    project.place.write("project/nix/hook.sh", &format!("{hook}\necho 'the hook has had enough' >&2\nexit 7\n"));
    let verdict = project.validate(&["--trust"]);
    verdict.expect(1, "build", "the hook has had enough");
}

fn untracked(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    project.place.run("git", &["rm", "-rq", "--cached", "."]);
    project.validate(&[]).expect(1, "evaluate", "flake.nix").with_code("flake-not-git-tracked");
}

/// A machine whose nix.conf says nothing of flakes: nixml asks for them by itself, for its own calls. (How far it comes without
/// packages tells: Nix is through with its part.)
fn flakes_off(nix: &Nix) {
    let mut project = need!(jax(nix), "{NEEDS}");
    project.place.set("NIX_CONFIG", "experimental-features =");
    project.without_index();
    let verdict = project.validate(&[]);
    assert_eq!(verdict.failed(), Some("lock"), "{}", verdict.told);
}

fn no_shell(nix: &Nix) {
    let project = need!(jax(nix), "{NEEDS}");
    let verdict = project.validate(&["--shell", "cuda"]);
    assert_eq!(verdict.exit, Some(2), "{}", verdict.told);
    assert!(verdict.told.contains("cuda") && verdict.told.contains("cpu"), "{}", verdict.told);
}

/// PyPI cannot be reached: exit 5, from the phase that asked for it.
fn no_index(nix: &Nix) {
    let mut project = need!(jax(nix), "{NEEDS}");
    project.without_index();
    project.validate(&[]).expect(5, "lock", "dns error").with_code("network-unreachable");
}

/// Neither a stand-in nor GitHub.
fn no_nixpkgs_at_all(nix: &Nix) {
    let mut project = need!(jax(nix), "{NEEDS}");
    for name in ["https_proxy", "http_proxy", "all_proxy"] {
        project.place.set(name, "http://proxy.invalid:9");
    }
    project.validate_on(&[]).expect(5, "evaluate", "unable to download").with_code("network-unreachable");
}

/// What Nix has no part in is played on one.
fn newest() -> Option<Project> {
    jax(&tools::nix("newest")?)
}

#[test]
fn a_flake_with_settings_of_its_own_changes_none() {
    let project = need!(newest(), "no Nix: run scripts/install-nixes");
    project.with_program("gitt");
    let settings = "nixConfig = { extra-substituters = [ \"https://evil.example\" ]; allow-import-from-derivation = true; };";
    project.edit("flake.nix", "inputs.nixpkgs.url", &format!("{settings}\n  inputs.nixpkgs.url"));
    let verdict = project.validate(&["--trust"]);
    verdict.expect(1, "evaluate", "attribute 'gitt' missing");
    for place in ["home/.local/share/nix/trusted-settings.json", "home/.config/nix/nix.conf"] {
        assert!(!project.place.at(place).exists(), "{place} was written: {}", verdict.told);
    }
}

#[test]
fn a_stale_lock_in_ci() {
    let mut project = need!(newest(), "{NEEDS}, or no Nix");
    assert_eq!(project.validate(&[]).exit, Some(0));
    project.place.run("git", &["add", "-A"]);
    let text = project.place.read("project/pyproject.toml");
    let stale = text.replacen("dependencies = [", "dependencies = [\"einops\", ", 1);
    assert_ne!(stale, text, "{text}");
    project.place.write("project/pyproject.toml", &stale);
    project.place.set("CI", "true");
    project.validate(&[]).expect(1, "lock", "uv.lock");
    project.place.set("CI", "");
    let refreshed = project.validate(&[]);
    assert_eq!(refreshed.exit, Some(0), "{}", refreshed.told);
    assert!(project.place.read("project/uv.lock").contains("einops"));
}

/// A package that imports as the framework and computes nothing proves nothing.
#[test]
fn a_dishonest_wheel() {
    let project = need!(newest(), "{NEEDS}, or no Nix");
    assert_eq!(project.validate(&[]).exit, Some(0));
    let site = project.place.run("bash", &["-c", "echo .venv/lib/python3.*/site-packages"]);
    let package = format!("project/{}/jax", site.trim());
    std::fs::remove_dir_all(project.place.at(&package)).unwrap();
    project.place.write(&format!("{package}/__init__.py"), "__version__ = '99'\ndef devices(): return ['cpu']\n");
    let verdict = project.validate(&[]);
    assert_eq!((verdict.exit, verdict.failed()), (Some(1), Some("proof")), "{}", verdict.told);
    assert!(verdict.report["proof"].is_null(), "{}", verdict.told);
}
