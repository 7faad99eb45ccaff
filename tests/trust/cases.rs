//! The list of cases is whole, and every test that it names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The cases that were agreed on are numbered to here.
const LAST: usize = 87;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
    promise: Vec<Promise>,
    rule: Vec<Rule>,
}

/// What a person may rely on, in plain words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Promise {
    says: String,
    proof: String,
    cases: String,
}

/// A rule of the threat model and the one place where it lives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    number: String,
    says: String,
    file: String,
    /// What stands there.
    item: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    number: String,
    part: String,
    says: String,
    /// Run in CI.
    tests: Vec<String>,
    /// Run by `just soak`.
    #[serde(default)]
    soak: Vec<String>,
    /// Where the contract says otherwise than the case did at first.
    contract: Option<String>,
}

fn cases() -> Cases {
    toml::from_str(include_str!("cases.toml")).unwrap()
}

/// The files that may hold a test named `binary::module::name`.
fn places(test: &str) -> (Vec<PathBuf>, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut parts: Vec<&str> = test.split("::").collect();
    let (binary, name) = (parts.remove(0), parts.pop().unwrap());
    let base = root.join("tests").join(binary);
    let places = match parts.as_slice() {
        [] => vec![base.with_extension("rs"), base.join("main.rs")],
        [module] => vec![base.join(format!("{module}.rs"))],
        _ => Vec::new(),
    };
    (places, name.to_owned())
}

#[test]
fn every_case_names_tests_that_exist() {
    let cases = cases().case;
    let numbers: BTreeSet<&str> = cases.iter().map(|case| case.number.as_str()).collect();
    assert_eq!(numbers.len(), cases.len(), "a number stands twice");
    for number in 1..=LAST {
        assert!(numbers.contains(number.to_string().as_str()), "case {number} is missing");
    }
    for case in &cases {
        let whole = !case.tests.is_empty() && !case.says.is_empty() && !case.part.is_empty();
        assert!(whole && case.contract.as_ref().is_none_or(|contract| !contract.is_empty()), "{case:?}");
        for (test, long) in case.tests.iter().map(|test| (test, false)).chain(case.soak.iter().map(|test| (test, true))) {
            let (places, name) = places(test);
            let found = places.iter().find_map(|place| {
                let text = fs::read_to_string(place).ok()?;
                let at = text.find(&format!("fn {name}("))?;
                let at = text[..at].rfind('\n')?;
                let head: String =
                    text[..at].lines().rev().take_while(|line| !line.trim().is_empty() && !line.starts_with('}')).collect();
                Some(head)
            });
            let head = found.unwrap_or_else(|| panic!("case {}: there is no test `{test}`", case.number));
            assert!(head.contains("#[test]"), "case {}: `{test}` is no test: {head}", case.number);
            assert_eq!(head.contains("#[ignore"), long, "case {}: `{test}` stands in the wrong list", case.number);
        }
    }
}

#[test]
fn every_rule_lives_where_the_list_says() {
    let rules = cases().rule;
    assert_eq!(rules.len(), 18);
    for (place, rule) in rules.iter().enumerate() {
        assert_eq!(rule.number, format!("T{}", place + 1));
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&rule.file)).unwrap();
        assert!(text.contains(&rule.item), "{}: `{}` is not in {}", rule.number, rule.item, rule.file);
    }
}

const HEAD: &str = "\
# Reliability and security, case by case

Written by `NIXML_WRITE_DOCS=1 cargo test --test trust docs` from tests/trust/cases.toml: change that, not this page.
`scripts/cases` prints the same list with what the last runs said of each case; a case that could not run says why.
[SECURITY.md](../SECURITY.md) has the threat model in plain words.

## Promises

| promise | how it is proved | cases |
|---|---|---|
";

const NOT_RUN: &str = "
## Rendered and checked, never run here

nixpkgs itself (the tests use a stand-in with the same doors, on real Nix), macOS, WSL, AMD and Intel cards, an NVIDIA driver that works (its library is a
stand-in; the genuine one is loaded for the paths without a driver). A kernel that hangs is a frozen disk; a machine that loses power is not tried: files are synced before
they get their names, and that is what is tried by killing nixml at every call.
";

fn page() -> String {
    use std::fmt::Write as _;
    let Cases { case, promise, rule } = cases();
    let mut page = HEAD.to_owned();
    for one in promise {
        let _ = writeln!(page, "| {} | {} | {} |", one.says, one.proof, one.cases);
    }
    page.push_str(NOT_RUN);
    page.push_str("\n## Rules, each in one place\n\n| | rule | where |\n|---|---|---|\n");
    for one in rule {
        let _ = writeln!(page, "| {} | {} | `{}` |", one.number, one.says, one.file);
    }
    let mut part = String::new();
    for one in case {
        if part != one.part {
            let _ = write!(page, "\n## {}\n\n| case | what comes of it | tests |\n|---|---|---|\n", one.part);
            part.clone_from(&one.part);
        }
        let tests: Vec<String> = one
            .tests
            .iter()
            .map(|test| format!("`{test}`"))
            .chain(one.soak.iter().map(|test| format!("`{test}` (long)")))
            .collect();
        let contract = one.contract.map_or_else(String::new, |contract| format!(" (the contract: {contract})"));
        let _ = writeln!(page, "| {} | {}{contract} | {} |", one.number, one.says.replace('|', "\\|"), tests.join("<br>"));
    }
    page
}

#[test]
fn docs_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md");
    if std::env::var_os("NIXML_WRITE_DOCS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == page(),
        "docs/reliability.md is not current: NIXML_WRITE_DOCS=1 writes it"
    );
}
