//! What survives a merge, and what changes.

use super::*;

const BASE: &str = "\
[project]
name = \"demo\"
requires-python = \">=3.13,<3.14\"
dependencies = [
    \"jax==0.12.0.1\",
]

[tool.uv]
package = false
";

fn names() -> Vec<String> {
    vec!["jax".to_owned()]
}

#[test]
fn nothing_changes_when_nixml_changes_nothing() {
    let theirs = BASE
        .replace("jax==0.12.0.1\",", "jax==0.12.0.1\",\n    \"rich>=14\", # pretty\n")
        .replace("[tool.uv]", "# mine\n[tool.uv]");
    assert_eq!(pyproject(BASE, BASE, &theirs, &names()).unwrap(), (theirs, Vec::new()));
}

#[test]
fn another_python_changes_one_line() {
    let ours = BASE.replace(">=3.13,<3.14", ">=3.12,<3.13");
    let theirs = format!(
        "# top\n{}\n[tool.ruff]\nline-length = 99 # wide\n",
        BASE.replace("\"jax==0.12.0.1\",", "\"jax==0.12.0.1\",\n    \"rich>=14\",")
    );
    let (merged, won) = pyproject(BASE, &ours, &theirs, &names()).unwrap();
    assert_eq!(merged, theirs.replace(">=3.13,<3.14", ">=3.12,<3.13"));
    assert!(won.is_empty());
}

#[test]
fn a_second_target_moves_the_framework_into_groups_and_keeps_the_rest() {
    let ours = "\
[project]
name = \"demo\"
requires-python = \">=3.13,<3.14\"
dependencies = []

[dependency-groups]
cpu = [\"jax==0.12.0.1\"]
cuda = [\"jax==0.12.0.1\", \"jax[cuda13]==0.12.0.1 ; sys_platform == 'linux'\"]

[tool.uv]
package = false
default-groups = [\"dev\", \"cuda\"]
";
    let theirs = format!(
        "{}\n[dependency-groups]\ndev = [\"pytest>=8\"]\n",
        BASE.replace("\"jax==0.12.0.1\",", "\"jax==0.12.0.1\",\n    \"rich>=14\",")
    );
    let (merged, _) = pyproject(BASE, ours, &theirs, &names()).unwrap();
    let read: toml::Table = merged.parse().unwrap();
    assert_eq!(read["project"]["dependencies"].as_array().unwrap(), &[toml::Value::from("rich>=14")]);
    assert_eq!(read["dependency-groups"]["dev"].as_array().unwrap().len(), 1);
    assert_eq!(read["dependency-groups"]["cuda"].as_array().unwrap().len(), 2);
    assert_eq!(read["tool"]["uv"]["default-groups"].as_array().unwrap().len(), 2);
    // And back again: what nixml put there goes, what the person put there stays.
    let (back, _) = pyproject(ours, BASE, &merged, &names()).unwrap();
    let read: toml::Table = back.parse().unwrap();
    assert_eq!(read["project"]["dependencies"].as_array().unwrap().len(), 2);
    assert!(read["dependency-groups"].as_table().unwrap().keys().eq(["dev"]));
    assert!(read["tool"]["uv"].get("default-groups").is_none());
}

#[test]
fn a_release_takes_the_place_of_the_old_one_and_a_clash_is_told() {
    let ours = BASE.replace("0.12.0.1", "0.13.0").replace(">=3.13,<3.14", ">=3.14,<3.15");
    let theirs = BASE.replace("jax==0.12.0.1", "jax>=0.12").replace(">=3.13,<3.14", ">=3.13");
    let (merged, won) = pyproject(BASE, &ours, &theirs, &names()).unwrap();
    assert!(merged.contains("\"jax==0.13.0\"") && !merged.contains("0.12"), "{merged}");
    assert_eq!(won.len(), 1, "{won:?}");
    assert!(won[0].contains("requires-python"));
}

#[test]
fn a_foreign_project_keeps_its_own_and_gains_what_nixml_needs() {
    let theirs = "[project]\nname = \"mine\" # my lab\nversion = \"3.1\"\nrequires-python = \">=3.10\"\ndependencies = [\"jax>=0.4\", \"pandas\"]\n\n[tool.black]\nline-length = 100\n";
    let (merged, won) = pyproject("", BASE, theirs, &names()).unwrap();
    let read: toml::Table = merged.parse().unwrap();
    assert_eq!(read["project"]["name"].as_str(), Some("mine"));
    assert_eq!(read["project"]["requires-python"].as_str(), Some(">=3.13,<3.14"));
    assert!(merged.contains("# my lab") && merged.contains("[tool.black]") && merged.contains("\"pandas\""));
    assert!(merged.contains("\"jax==0.12.0.1\"") && !merged.contains("jax>=0.4"), "{merged}");
    assert_eq!(won.len(), 1, "{won:?}");
}

#[test]
fn lines_merge_or_show_both() {
    let base = "a\nb\nc\nd\ne\n";
    assert_eq!(text(base, "a\nb\nc\nd\nE\n", "A\nb\nc\nd\ne\n"), Merged::Clean("A\nb\nc\nd\nE\n".into()));
    assert!(matches!(text(base, "X\nb\nc\nd\ne\n", "Y\nb\nc\nd\ne\n"), Merged::Conflict(_)));
}
