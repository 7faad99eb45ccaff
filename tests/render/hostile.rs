//! Text from people and from catalogs: it is refused, or it comes back from the files exactly as it went in.

use nixml::core::data::Data;
use nixml::core::plan::Plan;
use nixml::core::render::render;
use proptest::prelude::*;
use toml_edit::DocumentMut;

use super::{files, plans};

/// Letters that leave a string, a comment or a file in one of the languages, and letters that look like others.
fn nasty() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "a",
        "Z",
        "9",
        ".",
        "-",
        "_",
        " ",
        "\"",
        "'",
        "''",
        "${",
        "}",
        "\\",
        "\n",
        "\r",
        "\t",
        "\0",
        "\u{1b}",
        "#",
        "]",
        "[tool.evil]",
        "{{",
        "}}",
        "{%",
        "builtins.readFile",
        "$(id)",
        "`id`",
        ";",
        "&&",
        "\u{17f}",
        "\u{212a}",
        "\u{130}",
        "é",
        "\u{202e}",
        "\u{7f}",
        "\u{85}",
        "==1.0",
        "@ file:///etc/passwd",
        "../",
        "/",
        "<!--",
        "-e",
    ]);
    prop::collection::vec(bits, 0..8).prop_map(|bits| bits.concat())
}

fn is_name(text: &str) -> bool {
    regex::Regex::new(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?\z").unwrap().is_match(text)
}

/// What the files say the text is: from pyproject.toml, nixml.toml and flake.nix (read as Nix reads it).
fn names(plan: &Plan) -> [String; 3] {
    let all = files(plan);
    let toml = |path: &str| all.text(path).unwrap().parse::<DocumentMut>().unwrap();
    let flake = rnix::Root::parse(all.text("flake.nix").unwrap());
    assert_eq!(flake.errors(), &[], "{:?}", plan.name);
    let name = all.text("flake.nix").unwrap().lines().find_map(|line| line.trim().strip_prefix("name = \"")?.strip_suffix("\";"));
    [
        toml("pyproject.toml")["project"]["name"].as_str().unwrap().into(),
        toml("nixml.toml")["name"].as_str().unwrap().into(),
        name.unwrap().into(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_project_name_is_refused_or_comes_back(name in nasty()) {
        let plan = Plan { name: name.clone(), ..plans::jax_cpu() };
        match render(&plan, &Data::embedded()) {
            Ok(_) => {
                prop_assert!(is_name(&name));
                prop_assert_eq!(names(&plan), [name.clone(), name.clone(), name]);
            }
            Err(failure) => {
                prop_assert!(!is_name(&name), "{name:?} is a fine name: {failure}");
                prop_assert!(!failure.to_string().chars().any(|one| one.is_control() && one != '\n'));
            }
        }
    }

    #[test]
    fn a_package_is_refused_or_comes_back(head in "[a-z][a-z0-9]{0,8}", tail in nasty()) {
        let package = format!("{head}{tail}");
        let plan = Plan { packages: vec![package.clone()], ..plans::jax_cpu() };
        if let Ok(all) = render(&plan, &Data::embedded()) {
            let file: DocumentMut = all.text("pyproject.toml").unwrap().parse().unwrap();
            let listed = file["project"]["dependencies"].as_array().unwrap().get(1).unwrap().as_str().unwrap().to_owned();
            prop_assert_eq!(listed, package.clone());
            prop_assert!(!package.contains("file:") && package.is_ascii() && !package.contains('\n'));
            let answers: DocumentMut = all.text("nixml.toml").unwrap().parse().unwrap();
            prop_assert_eq!(answers["packages"].as_array().unwrap().get(0).unwrap().as_str().unwrap(), package);
        }
    }

    #[test]
    fn a_variable_is_refused_or_parses(text in nasty()) {
        let plan = Plan { shell_env: [("X".to_owned(), text.clone())].into(), ..plans::jax_cpu() };
        if let Ok(all) = render(&plan, &Data::embedded()) {
            prop_assert!(!text.contains(|one: char| one.is_control()));
            let flake = rnix::Root::parse(all.text("flake.nix").unwrap());
            prop_assert!(flake.errors().is_empty());
        }
    }

    /// Whatever else a plan says: refused, or every TOML and Nix file parses and no file is added to the project's list.
    #[test]
    fn nothing_else_gets_in(text in nasty(), place in 0_usize..9) {
        let mut plan = plans::pytorch_both();
        let field = [
            &mut plan.framework, &mut plan.title, &mut plan.version, &mut plan.build, &mut plan.python, &mut plan.import,
            &mut plan.proof, &mut plan.strategy, &mut plan.catalog_date,
        ];
        *field.into_iter().nth(place).unwrap() = text;
        if let Ok(all) = render(&plan, &Data::embedded()) {
            for (path, file) in &all.0 {
                let ending = path.rsplit('.').next().unwrap();
                match ending {
                    "nix" => prop_assert!(rnix::Root::parse(&file.text).errors().is_empty()),
                    "toml" => {
                        let parsed: DocumentMut = file.text.parse().unwrap();
                        prop_assert!(!parsed.to_string().contains("[tool.evil]"));
                    }
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn an_overlay_cannot_leave_the_project() {
    for path in ["../x", "/etc/x", "a//b", "./x", ".git/hooks/post-checkout", "a/../../b"] {
        let data = Data::embedded().overlaid([(format!("templates/{path}"), "x\n".to_owned())]);
        let failure = render(&plans::jax_cpu(), &data).expect_err(path);
        assert_eq!(failure.exit.code(), 4, "{path}: {failure}");
    }
}

#[test]
fn an_overlay_joins_replaces_and_fails_by_name() {
    let over = |path: &str, text: &str| Data::embedded().overlaid([(format!("templates/{path}"), text.to_owned())]);
    let plan = plans::jax_cpu();
    let one = |data: &Data, path: &str| render(&plan, data).unwrap().text(path).map(str::to_owned);
    assert_eq!(one(&over("notes.md.j2", "{{ plan.title }}\n"), "notes.md").unwrap(), "JAX\n");
    assert_eq!(one(&over("main.py.j2", "print()\n"), "main.py").unwrap(), "print()\n");
    assert_eq!(one(&over("_main/jax.py.j2", "own = 1\n"), "main.py").unwrap(), "own = 1\n");
    assert_eq!(one(&over("a.txt", "{# when: 'vscode' in plan.extras #}\nx\n"), "a.txt"), None);
    for text in [
        "{{ plan.nothing }}",
        "{% if %}",
        "{# when: plan. #}\n",
        "{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}",
    ] {
        let failure = render(&plan, &over("bad.txt.j2", text)).expect_err(text);
        assert!(failure.what.contains("bad.txt.j2") && failure.exit.code() == 2, "{failure}");
    }
}
