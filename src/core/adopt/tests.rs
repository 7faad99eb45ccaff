//! What files become as answers on a machine of which nothing is known.

use std::sync::Arc;

use super::*;
use crate::core::catalog::Catalog;
use crate::core::facts::Facts;
use crate::core::step;
use crate::core::wizard::Wizard;

fn adopt(files: &[(&str, &str)], given: &Answers, how: Judge) -> Result<Adopted, Failure> {
    let data = Data::embedded();
    let open = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
    let found = read(&data, &open)?.expect("something to read");
    let wizard = Wizard {
        steps: Arc::new(step::load(&data).unwrap()),
        catalog: Arc::new(Catalog::load(&data).unwrap()),
        facts: Arc::new(Facts::default()),
        folder: "lab".to_owned(),
        resolved: None,
    };
    judge(&found, given, &wizard, how)
}

fn value(adopted: &Adopted, step: &str) -> Vec<String> {
    adopted.taken.iter().filter(|taken| taken.step == step).map(|taken| taken.value.clone()).collect()
}

fn newest(framework: &str) -> String {
    Catalog::load(&Data::embedded()).unwrap().framework(framework).unwrap().releases[0].version.to_string()
}

#[test]
fn a_freeze_of_torch_keeps_what_counts() {
    let torch = newest("pytorch");
    let text = format!(
        "--extra-index-url https://host/whl/cu128\ntorch=={torch}+cu128\ntorchvision==0.1.0\ntriton==3.0\nnvidia-cublas-cu12==12.1.3.1\nnumpy==2.2.0\npkg-resources==0.0.0\n"
    );
    let adopted = adopt(&[("requirements.txt", &text)], &Answers::default(), Judge::Strictly).unwrap();
    assert_eq!(value(&adopted, "framework"), ["pytorch"]);
    assert_eq!(value(&adopted, "targets"), ["cuda"]);
    let packages = value(&adopted, "packages");
    assert!(packages.contains(&format!("torch=={torch}")) && packages.contains(&"torchvision".to_owned()), "{packages:?}");
    assert!(packages.contains(&"numpy==2.2.0".to_owned()) && packages.len() == 3, "{packages:?}");
    let left: Vec<usize> = adopted.left.iter().map(|left| left.place.line).collect();
    assert_eq!(left, [1, 4, 5, 7, 3], "{:#?}", adopted.left);
}

#[test]
fn a_release_that_the_catalog_has_not_is_refused_with_its_line_or_relaxed_when_the_framework_is_named() {
    let files = [("requirements.txt", "numpy\ntorch==1.7.1\n")];
    let failure = adopt(&files, &Answers::default(), Judge::Strictly).unwrap_err();
    assert!(failure.what.contains("requirements.txt:2") && failure.what.contains("torch==1.7.1"), "{failure}");
    assert!(failure.next.as_ref().unwrap().contains("--framework pytorch"), "{failure}");
    let given = Answers::default().with("framework", Value::Text("pytorch".into()), Origin::Flag);
    let adopted = adopt(&files, &given, Judge::Strictly).unwrap();
    assert_eq!(adopted.left[0].place.line, 2);
    assert_eq!(adopt(&files, &Answers::default(), Judge::Kindly).unwrap().left[0].place.line, 2);
}

#[test]
fn a_python_that_is_not_on_offer_is_refused_with_its_line() {
    let conda = "name: lab\ndependencies:\n  - python=3.7\n  - scikit-learn\n";
    let failure = adopt(&[("environment.yml", conda)], &Answers::default(), Judge::Strictly).unwrap_err();
    assert!(failure.what.contains("environment.yml:3") && failure.next.unwrap().contains("--python"), "{}", failure.what);
    let given = Answers::default().with("python", Value::Text("3.13".into()), Origin::Flag);
    let adopted = adopt(&[("environment.yml", conda)], &given, Judge::Strictly).unwrap();
    assert!(value(&adopted, "python").is_empty() && value(&adopted, "name") == ["lab"]);
}

#[test]
fn the_range_of_python_and_the_strongest_file_count() {
    let pyproject =
        "[project]\nname = \"lab\"\nrequires-python = \">=3.11,<3.13\"\ndependencies = [\"scikit-learn>=1.5\", \"rich>=14\"]\n";
    let files = [("pyproject.toml", pyproject), ("requirements.txt", "rich==14.0.0\npandas\n"), (".python-version", "3.9\n")];
    let adopted = adopt(&files, &Answers::default(), Judge::Strictly).unwrap();
    assert_eq!(value(&adopted, "python"), ["3.12"]);
    assert_eq!(value(&adopted, "packages"), ["scikit-learn>=1.5", "rich>=14", "pandas"]);
    let left: Vec<&str> = adopted.left.iter().map(|left| left.place.file.as_str()).collect();
    assert_eq!(left, ["requirements.txt", ".python-version"], "{:#?}", adopted.left);
}

#[test]
fn a_workspace_and_a_broken_file_are_refused() {
    for (text, line) in [
        ("[project]\nname = \"lab\"\n[tool.uv.workspace]\nmembers = [\"a\"]\n", "pyproject.toml:3"),
        ("[project\n", "pyproject.toml:1"),
        ("[project]\nname = \"lab\"\ndependencies = [\n  \"rich\",\n  \"no such thing\",\n]\n", "pyproject.toml:5"),
    ] {
        let failure = adopt(&[("pyproject.toml", text)], &Answers::default(), Judge::Kindly).unwrap_err();
        assert!(failure.what.contains(line) && failure.exit.code() == 2, "{failure}");
    }
}
