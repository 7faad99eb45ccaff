//! The same answers give the same bytes: for another user, umask, time zone, locale and home.

use std::collections::BTreeMap;
use std::path::Path;

use rustix::process::geteuid;

use crate::support::place::{Place, told};
use crate::support::{need, skip};

/// Every file of a project but git's own, by path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).unwrap().flatten().filter(|entry| entry.file_name() != ".git") {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().display().to_string(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

const ANSWERS: &str = "schema = 1\nname = \"same\"\nframework = \"jax\"\ntargets = [\"cpu\"]\npython = \"3.13\"\npackages = [\"einops\"]\n\
                       extras = [\"jupyter\", \"direnv\"]\n";

/// What `nixml init` writes when it is started through `wrapper` (a program and its first arguments).
fn written(env: &[(&str, &str)], wrapper: &str, owner: u32) -> BTreeMap<String, Vec<u8>> {
    let mut place = Place::in_the_open();
    place.write("answers.toml", ANSWERS);
    for (name, value) in env {
        place.set(name, *value);
    }
    let nixml = env!("CARGO_BIN_EXE_nixml");
    // the binary lies in a folder that another user may not enter
    std::fs::copy(nixml, place.at("nixml")).unwrap();
    let line = format!("{wrapper} ../nixml init --answers ../answers.toml --yes --no-validate");
    place.run("chmod", &["-R", "a+rwX", place.at("").to_str().unwrap()]);
    place.run("chown", &["-R", &owner.to_string(), place.at("").to_str().unwrap()]);
    let output = place.command("bash").args(["-c", &line]).output().unwrap();
    assert!(output.status.success(), "{line}: {}\n{}", output.status, told(&output));
    let files = files(&place.project());
    assert!(files.contains_key("flake.lock") && files.contains_key("nixml.toml"), "{:?}", files.keys());
    files
}

#[test]
fn in_any_zone_locale_and_umask() {
    let usual = written(&[], "", geteuid().as_raw());
    for (env, wrapper) in [
        (&[("TZ", "Asia/Kathmandu"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")][..], ""),
        (&[("TZ", "America/St_Johns"), ("LANG", "C"), ("LC_ALL", "C"), ("SOURCE_DATE_EPOCH", "1")][..], "umask 077;"),
        (&[("USER", "ada"), ("COLUMNS", "40"), ("NO_COLOR", "1")][..], "umask 000;"),
    ] {
        assert_eq!(written(env, wrapper, geteuid().as_raw()), usual, "{env:?} {wrapper}");
    }
}

#[test]
fn for_another_user() {
    if !geteuid().is_root() || which::which("setpriv").is_err() {
        skip!("becoming another user needs root and setpriv");
    }
    let usual = written(&[], "", geteuid().as_raw());
    let nobody = written(&[], "setpriv --reuid 65534 --regid 65534 --clear-groups", 65534);
    assert_eq!(nobody, usual);
}

/// A framework is one data file: dropped into an overlay, it is offered, planned and rendered.
#[test]
fn a_framework_is_one_data_file() {
    let place = Place::new();
    let known = need!(
        nixml::core::data::Data::embedded().text("assets/catalog/frameworks/scikit-learn.toml").map(str::to_owned),
        "the catalog has no scikit-learn"
    );
    let new = known.replace("id = \"scikit-learn\"", "id = \"scikit-twice\"");
    assert_ne!(new, known);
    place.write("overlay/assets/catalog/frameworks/scikit-twice.toml", &new);
    let overlay = place.at("overlay");
    let overlay = overlay.to_str().unwrap();
    let answers = ["init", "--framework", "scikit-twice", "--targets", "cpu", "--yes", "--no-validate"];
    let unknown = place.nixml(answers);
    assert_eq!(unknown.status.code(), Some(2), "{}", told(&unknown));
    let output = place.nixml(answers.iter().chain(&["--data", overlay]));
    assert!(output.status.success(), "{}", told(&output));
    assert!(place.read("project/nixml.toml").contains("framework = \"scikit-twice\""), "{}", place.read("project/nixml.toml"));
    assert!(place.read("project/pyproject.toml").contains("scikit-learn"), "{}", place.read("project/pyproject.toml"));
}
