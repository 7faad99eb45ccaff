//! Two thousand hostile names and answers: each is refused in words, or every file parses and says exactly what was answered.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use nixml::core::answers::file;
use nixml::core::catalog::Catalog;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::failure::Failure;
use nixml::core::files::Files;
use nixml::core::plan::{self, Plan};
use nixml::core::render::render;
use nixml::core::step::{self, Step};
use nixml::core::wizard::Wizard;
use serde_json::Value;

use crate::room::{Dice, Room};
use crate::support::{need, tools};

/// What leaves a string, a comment or a file in one of the languages, or looks like something else.
const BITS: &[&str] = &[
    "\"",
    "'",
    "''",
    "${",
    "}",
    "\\",
    "\\n",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u{1b}",
    "#",
    "]",
    "[tool.evil]\n",
    "{{",
    "}}",
    "{%",
    "{#",
    "builtins.readFile \"/etc/hostname\"",
    "$(id)",
    "`id`",
    ";",
    "&&",
    "|",
    "\u{17f}",
    "\u{212a}",
    "\u{130}",
    "é",
    "日",
    "\u{202e}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{1f600}",
    " ",
    "  ",
    "/",
    "../",
    "./",
    "-",
    "--",
    "-e ",
    ".",
    "_",
    "$",
    "$$",
    "''$",
    "''\\",
    "@",
    "@ file:///etc/passwd",
    "@ https://evil.example/x.whl",
    "--index-url=http://evil.example",
    ">=1",
    "==1.0",
    "; sys_platform=='linux'",
    "[extra]",
    "<!--",
    "-->",
    "con",
    "nul",
    "a",
    "Z",
    "9",
    "x",
    "torch",
    "jax",
    "%s",
    "%n",
    "\u{feff}",
];

/// Words that are fine, and look as if they were not.
const FINE: &[&str] =
    &["a", "A.b_c-9", "x0", "0", "nix", "let", "in", "rec", "true", "null", "flake", "main", "a--b", "a__b", "a..b", "3.13"];

fn word(dice: &mut Dice) -> String {
    match dice.roll(8) {
        0 => (*dice.pick(FINE)).to_owned(),
        1 => format!("{}{}", dice.pick(FINE), dice.pick(BITS)),
        2 => "a".repeat([1, 63, 64, 65, 300][dice.roll(5)]),
        _ => (0..=dice.roll(6)).map(|_| *dice.pick(BITS)).collect(),
    }
}

fn requirement(dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 => format!(
            "{}{}",
            dice.pick(&["einops", "Rich", "x.y-z", "a"]),
            dice.pick(&["", ">=0.8,<1", "==1.0.*", "[a,b]>=2", "~=1.4"])
        ),
        1 => format!(
            "{}; {}",
            dice.pick(&["einops", "rich"]),
            dice.pick(&["python_version<'4'", "sys_platform == \"linux\"", "x=='${'"])
        ),
        _ => word(dice),
    }
}

/// An answers file with something hostile in one or more places; what was meant comes with it.
fn answers(dice: &mut Dice) -> String {
    let mut table = toml::Table::new();
    let place = dice.roll(9);
    table.insert("name".into(), if place < 4 { word(dice) } else { (*dice.pick(FINE)).to_owned() }.into());
    table.insert(
        "framework".into(),
        if place == 4 { word(dice) } else { (*dice.pick(&["jax", "pytorch", "scikit-learn"])).to_owned() }.into(),
    );
    table.insert("targets".into(), vec![if place == 5 { word(dice) } else { "cpu".to_owned() }].into());
    if place == 6 || dice.roll(4) == 0 {
        table.insert("packages".into(), (0..=dice.roll(3)).map(|_| requirement(dice)).collect::<Vec<_>>().into());
    }
    match place {
        7 => drop(table.insert("python".into(), word(dice).into())),
        8 => drop(table.insert("extras".into(), vec![word(dice)].into())),
        _ => {}
    }
    let mut text = table.to_string();
    // The file itself may be broken, too.
    match dice.roll(20) {
        0 => text += *dice.pick(BITS),
        1 => text = format!("{}{text}", dice.pick(BITS)),
        2 => drop(text.split_off((0..text.len() / 2).rfind(|at| text.is_char_boundary(*at)).unwrap_or(0))),
        _ => {}
    }
    text
}

/// The way from an answers file to the files of a project, as `init` goes it.
struct Way {
    data: Data,
    wizard: Wizard,
}

impl Way {
    fn new() -> Self {
        let data = Data::embedded();
        let wizard = Wizard {
            steps: Arc::new(step::load(&data).unwrap()),
            catalog: Arc::new(Catalog::load(&data).unwrap()),
            facts: Arc::new(Facts::default()),
            folder: "demo".to_owned(),
            resolved: None,
        };
        Self { data, wizard }
    }

    fn go(&self, text: &str) -> Result<(Plan, Files), Failure> {
        let steps: &[Step] = &self.wizard.steps;
        let given = file::read("answers.toml", text, steps)?;
        for step in steps {
            if let Some(answer) = given.get(&step.id) {
                self.wizard.check(step, &answer.value, &given)?;
            }
        }
        let filled = self.wizard.filled(&given)?;
        let choices = self.wizard.choices(&filled).ok_or_else(|| Failure::usage("no framework"))?;
        let plan = plan::decide(&choices, &self.wizard.facts, &self.wizard.catalog)?;
        let files = render(&plan, &self.data)?;
        Ok((plan, files))
    }
}

/// What a refusal may look like: short, clean, and of the kind that is the person's to mend.
fn assert_refused_well(failure: &Failure, text: &str) {
    let said = failure.to_string();
    assert!(matches!(failure.exit.code(), 2 | 3), "{text:?}: {said}");
    assert!(!said.contains("panicked") && said.len() < 4000, "{text:?}: {said}");
    let shown = nixml::core::text::sanitise(&said);
    assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'), "{text:?}: {shown:?}");
}

/// Everything that TOML and Nix readers of our own say about the files.
fn assert_faithful(given: &toml::Table, plan: &Plan, files: &Files) {
    // A file that was cut in the middle may have lost its name: then it is the folder's.
    let name = given.get("name").map_or("demo", |name| name.as_str().unwrap());
    let read = |path: &str| files.text(path).unwrap().parse::<toml::Table>().unwrap();
    let (project, kept) = (read("pyproject.toml"), read("nixml.toml"));
    assert_eq!(project["project"]["name"].as_str(), Some(name));
    assert_eq!(kept["name"].as_str(), Some(name));
    let known = ["build-system", "dependency-groups", "project", "tool"];
    assert!(project.keys().all(|key| known.contains(&key.as_str())), "{project:?}");
    assert!(project["tool"].as_table().unwrap().keys().all(|key| key == "uv"), "{project:?}");
    let packages: Vec<&str> = kept["packages"].as_array().unwrap().iter().filter_map(toml::Value::as_str).collect();
    assert_eq!(packages, plan.packages, "{name:?}");
    for (package, meant) in packages.iter().zip(given.get("packages").and_then(toml::Value::as_array).into_iter().flatten()) {
        assert!(!package.contains(['\n', '\r', '\0']) && !package.contains("://") && !package.starts_with('-'), "{package:?}");
        // As pip writes a name: one dash for every run of dots, dashes and underscores.
        let bare =
            |text: &str| text.chars().filter(|letter| !letter.is_whitespace() && !"'\"._-".contains(*letter)).collect::<String>();
        // A marker is written as its parser writes it; its own reading is tested where it is parsed.
        let name_and_version = |text: &str| bare(text.split(';').next().unwrap()).to_lowercase();
        assert_eq!(name_and_version(package), name_and_version(meant.as_str().unwrap()), "{name:?}");
        let listed = project["project"]["dependencies"].as_array().unwrap();
        assert!(listed.iter().any(|one| one.as_str() == Some(package)), "{package:?} in {listed:?}");
    }
    for (path, file) in files.0.iter().filter(|(path, _)| path.ends_with(".nix")) {
        assert_eq!(rnix::Root::parse(&file.text).errors(), &[], "{path} of {name:?}");
    }
}

/// Nix's own reading of every flake, in one call: the description and the project of each.
fn read_by_nix(nix: &tools::Nix, room: &Room, count: usize) -> Vec<Value> {
    let expression = format!(
        r#"builtins.genList (number:
             let flake = builtins.scopedImport {{ import = path: arguments: arguments.project; }} (./. + "/${{toString number}}/flake.nix");
             in {{ inherit (flake) description; project = flake.outputs {{ self = {{ }}; nixpkgs = {{
               lib.genAttrs = names: of: of "x86_64-linux"; legacyPackages.x86_64-linux = {{ }}; }}; }}; }}) {count}"#
    );
    let file = room.path("all.nix");
    fs::write(&file, expression).unwrap();
    let mut command = std::process::Command::new(nix.bin.join("nix-instantiate"));
    command.args(["--eval", "--strict", "--json", "--read-write-mode"]).arg(&file).env("HOME", room.path("home"));
    for (name, inner) in [("NIX_STORE_DIR", "store"), ("NIX_STATE_DIR", "var"), ("NIX_LOG_DIR", "log")] {
        command.env(name, room.path(inner));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Plays `count` files; gives the names of those that were taken.
fn play(seed: u64, count: usize, nix: &tools::Nix) -> usize {
    let (way, mut dice, room) = (Way::new(), Dice(seed), Room::new());
    let mut taken: Vec<(Plan, String)> = Vec::new();
    let mut constant: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..count {
        let text = answers(&mut dice);
        match way.go(&text) {
            Err(failure) => assert_refused_well(&failure, &text),
            Ok((mut plan, mut files)) => {
                assert_faithful(&text.trim_start_matches('\u{feff}').parse().unwrap(), &plan, &files);
                // Answers cannot set these; an overlay of an instructor's can, and the escaper must hold there, too.
                plan.title = word(&mut dice);
                plan.shell_env = [("X".to_owned(), word(&mut dice))].into();
                let (clean, other) = (plan.clone(), render(&plan, &way.data));
                if let Ok(other) = other {
                    files = other;
                } else {
                    "JAX".clone_into(&mut plan.title);
                    plan.shell_env.clear();
                    files = render(&plan, &way.data).unwrap_or_else(|failure| panic!("{failure}: {:?}", clean.name));
                }
                // The shell's hook and all its machinery are the same for everybody.
                for (path, file) in files.0.iter().filter(|(path, _)| path.starts_with("nix/")) {
                    let first = constant.entry(path.clone()).or_insert_with(|| file.text.clone());
                    assert_eq!(*first, file.text, "{path} depends on {text:?}");
                }
                let folder = room.path(&taken.len().to_string());
                fs::create_dir(&folder).unwrap();
                fs::write(folder.join("flake.nix"), files.text("flake.nix").unwrap()).unwrap();
                taken.push((plan, text));
            }
        }
    }
    for (place, read) in read_by_nix(nix, &room, taken.len()).iter().enumerate() {
        let (plan, text) = &taken[place];
        let meant = format!("{}: {} {} on Python {}", plan.name, plan.title, plan.version, plan.python);
        assert_eq!(
            (&read["project"]["devShells"]["name"], &read["description"]),
            (&plan.name.as_str().into(), &meant.into()),
            "{text:?}"
        );
        assert_eq!(read["project"]["devShells"]["env"], serde_json::to_value(&plan.shell_env).unwrap(), "{text:?}");
    }
    let hook = room.path("hook.sh");
    fs::write(&hook, &constant["nix/hook.sh"]).unwrap();
    assert!(std::process::Command::new("bash").arg("-n").arg(&hook).status().unwrap().success());
    taken.len()
}

#[test]
fn two_thousand_answers_are_refused_or_come_back_from_nix_as_they_were() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let taken = play(0x5eed_0001, 2000, &nix);
    println!("{taken} of 2000 were taken");
    assert!((100..1900).contains(&taken), "{taken}: the seeds are too kind or too wild");
}

#[test]
#[ignore = "long: twenty thousand, under the oldest Nix, too"]
fn twenty_thousand_answers_under_every_nix() {
    for nix in tools::nixes() {
        let taken = play(u64::from(std::process::id()) << 8 | 1, 20_000 / 3, &nix);
        println!("{taken} were taken, and read by Nix {}", nix.version);
    }
}

#[test]
fn hostile_words_on_the_command_line_are_refused_or_kept() {
    let mut dice = Dice(0x5eed_0002);
    for number in 0..40 {
        let name = word(&mut dice);
        if name.contains('\0') {
            continue; // No program can be given one.
        }
        let room = Room::new();
        let ran = room.init(&[
            "--no-git",
            &format!("--name={name}"),
            &format!("--packages={}", requirement(&mut dice).replace('\0', "")),
        ]);
        assert!(
            !ran.told().contains(|letter: char| letter.is_control() && letter != '\n'),
            "{number} {name:?}: {:?}",
            ran.told()
        );
        match ran.code() {
            Some(0) => {
                let kept: toml::Table = fs::read_to_string(room.path("demo/nixml.toml")).unwrap().parse().unwrap();
                assert_eq!(kept["name"].as_str(), Some(name.as_str()));
            }
            Some(2) => assert!(room.tree("demo").is_empty() && ran.err().starts_with(['w', 'e']), "{name:?}: {}", ran.told()),
            other => panic!("{name:?}: {other:?} {}", ran.told()),
        }
    }
}
