//! Where answers come from, which one wins, and what is refused.

use std::io::Write as _;
use std::process::Stdio;

use crate::room::{JAX, Room};

/// The Python of the plan, or what was said instead.
fn python(room: &Room, variables: &[(&str, &str)], args: &[&str]) -> String {
    let all = [&["init", "demo", "--dry-run", "--json", "--framework", "jax", "--targets", "cpu"], args].concat();
    let ran = room.run_with(variables, &all);
    ran.exits(0);
    ran.json()["plan"]["python"].as_str().unwrap().to_owned()
}

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_the_configuration_beats_the_default() {
    let room = Room::with(&[("answers.toml", "python = \"3.13\"\n")]);
    let default = python(&room, &[], &[]);
    room.0.write("home/.config/nixml/config.toml", "[answers]\npython = \"3.12\"\n");
    assert_ne!(default, "3.12", "the default has to be told from the configuration");
    assert_eq!(python(&room, &[], &[]), "3.12");
    let file = ["--answers", "answers.toml"];
    assert_eq!(python(&room, &[], &file), "3.13");
    assert_eq!(python(&room, &[("NIXML_ANSWERS", "answers.toml")], &[]), "3.13");
    for variable in [("NIXML_PYTHON", "3.14"), ("NIXML_SET", "python=3.14")] {
        assert_eq!(python(&room, &[variable], &file), "3.14", "{variable:?}");
        for flag in [["--python", "3.11"], ["--set", "python=3.11"], ["--set", "python = \"3.11\""]] {
            assert_eq!(python(&room, &[variable], &[file, flag].concat()), "3.11", "{variable:?} {flag:?}");
        }
    }
    // an empty one is none
    assert_eq!(python(&room, &[("NIXML_PYTHON", ""), ("NIXML_SET", ""), ("NIXML_HOST", "")], &file), "3.13");
}

#[test]
fn a_wrong_line_of_an_answers_file_is_named_with_its_place() {
    let long = format!("name = \"{}\"\n", "x".repeat(65));
    for (text, says) in [
        ("framework = \"jax\"\nframwork = \"jax\"\n", "a.toml:2:1"),
        ("framework = \"jax\"\n\n[targets]\ncpu = true\n", "a.toml:3:2"),
        ("framework = \"jax\"\ntargets = \"cpu\"\n", "a.toml:2:1"),
        ("framework = \"jax\"\ntargets = []\n", "a.toml:2:1"),
        ("framework = [\"jax\"]\n", "a.toml:1:1"),
        ("framework = 7\n", "a.toml:1:1"),
        ("schema = 2\nframework = \"jax\"\n", "a.toml:1:1"),
        ("framework = = \"jax\"\n", "a.toml:1:13"),
        ("framework = \"jax\"\nframework = \"jax\"\n", "a.toml:2:1"),
        ("targets = [\"cpu\", \"tpu\"]\nframework = \"jax\"\n", "tpu"),
        ("name = \"-x\"\nframework = \"jax\"\n", "name"),
        (&long, "name"),
        ("name = \"JaxLib\"\nframework = \"jax\"\ntargets = [\"cpu\"]\npackages = [\"jaxlib\"]\n", "name"),
        ("framework = \"jax\"\npackages = [\"--index-url=x\"]\n", "--index-url"),
        ("framework = \"jax\"\npackages = [\"a @ https://example.org/a.whl\"]\n", "not allowed"),
        ("framework = \"jax\"\npackages = [\"./wheels/a\"]\n", "./wheels/a"),
        ("framework = \"jax\"\nstrategy = \"uv2nix\"\n", "`uv2nix` for `strategy`: reserved"),
        ("framework = \"jax\"\nstrategy = \"pip\"\n", "`pip` for `strategy`: there is no such choice"),
    ] {
        let room = Room::with(&[("a.toml", text)]);
        let ran = room.run(&["init", "demo", "--answers", "a.toml", "--yes", "--no-validate"]);
        ran.exits(2).says(says);
        assert!(ran.stdout.is_empty() && !room.path("demo").exists(), "{text}\n{}", ran.told());
    }
}

#[test]
fn an_answers_file_has_at_most_64_kib() {
    let answers = "framework = \"jax\"\ntargets = [\"cpu\"]\n";
    let padded = |whole: usize| format!("#{}\n{answers}", "-".repeat(whole - answers.len() - 2));
    let room = Room::with(&[("most.toml", &padded(65_536)), ("more.toml", &padded(65_537))]);
    let run = |file: &str| room.run(&["init", "demo", "--answers", file, "--dry-run"]);
    run("most.toml").exits(0);
    run("more.toml").exits(2).says("65536");
}

/// An answers file may name a release that this catalog has not: it is said that another one takes its place.
#[test]
fn a_release_that_is_gone_is_said_to_be_gone() {
    let room =
        Room::with(&[("a.toml", "framework = \"jax\"\ntargets = [\"cpu\"]\n[resolved]\nversion = \"0.1.2\"\nbuild = \"cpu\"\n")]);
    room.run(&["init", "demo", "--answers", "a.toml", "--dry-run"]).exits(0).says("JAX 0.1.2 (cpu)").says("not to be had");
}

#[test]
fn what_cannot_be_read_is_exit_2() {
    let room = Room::new();
    std::fs::write(room.path("bytes.toml"), b"framework = \"j\xe4x\"\n").unwrap();
    std::fs::create_dir(room.path("folder")).unwrap();
    for (file, says) in [("absent.toml", "No such file"), ("bytes.toml", "UTF-8"), ("folder", "folder")] {
        let ran = room.run(&["init", "demo", "--answers", file, "--yes"]);
        ran.exits(2).says(says).says(file).never_says("os error");
    }
}

#[test]
fn a_pipe_is_read_to_its_end_and_one_without_a_writer_is_empty() {
    let room = Room::with(&[("a.toml", "framework = \"jax\"\ntargets = [\"cpu\"]\n")]);
    let line = "exec \"$0\" init demo --answers <(sleep 0.3; cat a.toml) --no-validate";
    let ran: crate::support::ran::Ran =
        room.0.command("bash").args(["-c", line, env!("CARGO_BIN_EXE_nixml")]).output().unwrap().into();
    ran.exits(0);
    assert!(room.path("demo/nixml.toml").is_file());
    room.0.run("mkfifo", &["pipe"]);
    room.run(&["init", "other", "--answers", "pipe"]).exits(2).says("--framework");
}

#[test]
fn standard_input_is_an_answers_file() {
    let room = Room::new();
    let feed = |text: &str| {
        let mut child = room.command(&["init", "demo", "--answers", "-", "--no-validate"]).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        crate::support::ran::Ran::from(child.wait_with_output().unwrap())
    };
    feed("framework = \"jax\"\nx = 1\n").exits(2).says("standard input:2:1");
    feed("schema = 1\r\nframework = \"jax\"\r\ntargets = [\"cpu\"]\r\n").exits(0);
}

/// Each step's key is a flag, a variable and a key of the file, and all say the same.
#[test]
fn every_step_is_a_key_a_flag_and_a_variable() {
    let values = [
        ("name", "lab", "\"lab\""),
        ("framework", "scikit-learn", "\"scikit-learn\""),
        ("targets", "cpu", "[\"cpu\"]"),
        ("python", "3.12", "\"3.12\""),
        ("packages", "einops>=0.8,rich", "[\"einops>=0.8\", \"rich\"]"),
        ("extras", "jupyter,direnv", "[\"jupyter\", \"direnv\"]"),
        ("strategy", "uv", "\"uv\""),
    ];
    let steps = nixml::core::step::load(&nixml::core::data::Data::embedded()).unwrap();
    let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, values.map(|(id, _, _)| id), "a new step has a row here");
    let file: Vec<String> = values.iter().map(|(id, _, value)| format!("{id} = {value}")).collect();
    let room = Room::with(&[("a.toml", &file.join("\n"))]);
    let write = |dir: &str, variables: &[(&str, &str)], args: &[&str]| {
        room.run_with(variables, &[&["init", dir, "--yes", "--no-validate"], args].concat()).exits(0);
        crate::room::everything(&room.path(dir))
    };
    let by_file = write("file", &[], &["--answers", "a.toml"]);
    let flags: Vec<String> = values.iter().flat_map(|(id, word, _)| [format!("--{id}"), (*word).to_owned()]).collect();
    assert_eq!(write("flags", &[], &flags.iter().map(String::as_str).collect::<Vec<_>>()), by_file);
    let names: Vec<String> = values.iter().map(|(id, _, _)| format!("NIXML_{}", id.to_uppercase())).collect();
    let variables: Vec<(&str, &str)> = names.iter().zip(values).map(|(name, (_, word, _))| (name.as_str(), word)).collect();
    assert_eq!(write("variables", &variables, &[]), by_file);
    assert_eq!(write("again", &[], &["--answers", "file/nixml.toml"]), by_file);
}

#[test]
fn a_missing_answer_is_named_with_its_flag() {
    let room = Room::new();
    for args in [&["init"][..], &["init", "demo", "--yes"], &["init", "--json"], &["init", "demo", "--targets", "cpu"]] {
        let ran = room.run(args);
        ran.exits(2).says("`framework`").says("--framework").says("NIXML_FRAMEWORK");
        assert!(ran.stdout.is_empty(), "{}", ran.told());
    }
}

#[test]
fn the_folder_s_name_is_made_a_valid_one() {
    for (dir, name) in [("my lab!", "my-lab"), ("_x_", "x"), ("3d", "3d"), ("jax", "my-jax"), ("Torch", "my-Torch")] {
        let room = Room::new();
        room.run(&[&["init", dir], &JAX[..]].concat()).exits(0);
        let toml: toml::Table = toml::from_str(&room.0.read(&format!("project/{dir}/nixml.toml"))).unwrap();
        assert_eq!(toml["name"].as_str(), Some(name), "{dir}");
    }
    // one that only a package of the person's forbids is said, not guessed
    let room = Room::new();
    room.run(&[&["init", "rich", "--packages", "rich"], &JAX[..]].concat()).exits(2).says("project named `rich`").says("--name");
}
