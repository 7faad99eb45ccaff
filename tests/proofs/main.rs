//! The proofs as programs: each framework has one, and none believes a stand-in.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use nixml::core::catalog::Catalog;
use nixml::core::data::Data;
use serde_json::Value;

const FOLDER: &str = "assets/proof/";

/// The proofs by name, without what they share.
fn proofs(data: &Data) -> BTreeSet<String> {
    let names = data.below(FOLDER, ".py").map(|(path, _)| path[FOLDER.len()..path.len() - 3].to_owned());
    names.filter(|name| name != "common").collect()
}

/// All proofs as nixml lays them out.
fn laid_out(data: &Data) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in data.below(FOLDER, ".py") {
        fs::write(folder.path().join(format!("nixml_proof_{}", &path[FOLDER.len()..])), text).unwrap();
    }
    folder
}

fn python(args: &[&str]) -> Output {
    let stand_ins = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proofs");
    Command::new("python3").args(args).env("PYTHONPATH", stand_ins).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap()
}

#[test]
fn every_framework_has_a_proof_and_every_proof_a_framework() {
    let data = Data::embedded();
    let catalog = Catalog::load(&data).unwrap();
    let named: BTreeSet<String> = catalog.frameworks.iter().map(|framework| framework.proof.clone()).collect();
    assert_eq!(named, proofs(&data));
}

#[test]
fn a_library_that_agrees_with_everything_is_not_believed() {
    let data = Data::embedded();
    let folder = laid_out(&data);
    for name in proofs(&data) {
        for target in ["cpu", "cuda"] {
            let script = folder.path().join(format!("nixml_proof_{name}.py"));
            let order = format!(r#"{{"mark":"@mark ","target":"{target}","build":"{target}","jit":"optional","modules":[]}}"#);
            let output = python(&[script.to_str().unwrap(), &order]);
            let out = String::from_utf8_lossy(&output.stdout).into_owned();
            let answer = out.lines().find_map(|line| line.strip_prefix("@mark ")).unwrap_or_else(|| panic!("{name}: {out}"));
            let answer: Value = serde_json::from_str(answer).unwrap();
            assert_eq!(output.status.code(), Some(1), "{name} {target}: {answer}");
            assert_eq!(answer["ok"], false, "{name} {target}: {answer}");
            assert!(answer["error"].as_str().is_some_and(|why| !why.is_empty()), "{name} {target}: {answer}");
        }
    }
}

#[test]
fn a_result_that_lost_digits_or_is_no_number_is_refused() {
    let data = Data::embedded();
    let folder = laid_out(&data);
    let check = |change: &str| {
        let code = format!(
            "import sys, math; sys.path.insert(0, {:?})\nfrom nixml_proof_common import *\nx = [math.sin(k) for k in range(9)]\n{change}\nprint(difference(y, x))",
            folder.path()
        );
        python(&["-c", &code])
    };
    for fine in ["y = x", "y = [v * (1 + 1e-6) for v in x]"] {
        assert!(check(fine).status.success(), "{fine}");
    }
    // TF32 keeps 10 bits, bfloat16 7.
    for bad in ["y = [v * (1 + 2**-11) for v in x]", "y = [math.nan] * 9", "y = [math.inf] * 9", "y = x[:8]", "y = [0] * 9"] {
        let output = check(bad);
        assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("Failed"), "{bad}");
    }
}
