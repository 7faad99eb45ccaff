//! What each phase does, what it says, and which exit code its failure has.

use std::fs;

use crate::room::{Outcome, Room};

#[test]
fn a_framework_that_is_none_locks_and_syncs_and_does_not_prove() {
    let room = Room::new("cpu");
    let outcome = room.validate("ok", &[]);
    outcome.exits(1).fails_in("proof");
    assert_eq!(outcome.phase("evaluate")["status"], "ok");
    assert_eq!(outcome.phase("build")["status"], "ok");
    assert!(outcome.phase("lock")["detail"].as_str().unwrap().contains("created"));
    assert!(outcome.phase("sync")["detail"].as_str().unwrap().contains("1 package installed into .venv"));
    assert!(outcome.phase("proof")["detail"].as_str().unwrap().contains("jax"), "{}", outcome.out);
    assert!(outcome.phase("proof")["output"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains("Error")));
    assert_eq!(outcome.json["proof"], serde_json::Value::Null);
    // uv ran in the shell's environment, with wheels only.
    assert_eq!(room.noted("from-the-shell").as_deref(), Some("two\nlines\n"));
    assert_eq!(room.noted("uv").as_deref(), Some("lock --no-build\nsync --locked --no-build\n"));
    assert!(room.left_over().is_empty(), "{:?}", room.left_over());
}

#[test]
fn a_stale_lock_is_refreshed_and_said_or_fails_in_ci() {
    let room = Room::new("cpu");
    fs::write(room.project("uv.lock"), "").unwrap();
    let outcome = Outcome::of(room.command("ok", &[]).env("FAKE_UV", "stale").output().unwrap());
    assert!(outcome.phase("lock")["detail"].as_str().unwrap().contains("refreshed"), "{}", outcome.out);
    let outcome = Outcome::of(room.command("ok", &[]).env("FAKE_UV", "stale").env("CI", "true").output().unwrap());
    outcome.exits(1).fails_in("lock").says("uv lock");
}

#[test]
fn an_index_out_of_reach_is_5_and_named() {
    let room = Room::new("cpu");
    Outcome::of(room.command("ok", &[]).env("FAKE_UV", "offline").output().unwrap())
        .exits(5)
        .fails_in("lock")
        .says("index.example.org");
    room.validate("offline", &[]).exits(5).fails_in("evaluate").says("cache.example.org");
}

#[test]
fn a_package_without_a_wheel_is_not_built_unasked() {
    let room = Room::new("cpu");
    Outcome::of(room.command("ok", &[]).env("FAKE_UV", "source").output().unwrap())
        .exits(1)
        .fails_in("sync")
        .says("--allow-build");
    room.validate("ok", &["--allow-build"]);
    assert!(room.noted("uv").unwrap().ends_with("sync --locked\n"), "{:?}", room.noted("uv"));
}

#[test]
fn a_failed_build_brings_its_last_line() {
    let room = Room::new("cpu");
    let outcome = room.validate("build-fails", &[]);
    outcome.exits(1).fails_in("build").says("broken-1.0 could not be built: fatal error: cuda.h: No such file");
    assert_eq!(outcome.phase("evaluate")["status"], "ok");
    assert!(
        outcome.phase("build")["output"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line == "broken-1.0> fatal error: cuda.h: No such file")
    );
}

#[test]
fn a_gpu_target_without_a_gpu_fails_unless_allowed() {
    let room = Room::new("cuda,cpu");
    let host = room.path("host.toml");
    let run = |more: &[&str]| Outcome::of(room.command("ok", more).env("NIXML_HOST", &host).output().unwrap());
    let outcome = run(&[]);
    outcome.exits(1).fails_in("proof").says("no NVIDIA GPU").says("--shell cpu");
    assert_eq!(outcome.phase("sync")["status"], "skipped");
    let outcome = run(&["--allow-no-gpu"]);
    outcome.exits(0);
    assert_eq!(outcome.json["ok"], true);
    assert_eq!(outcome.phase("sync")["status"], "ok");
    assert_eq!(outcome.phase("proof")["status"], "skipped");
    assert!(outcome.json["findings"].as_array().unwrap().is_empty(), "{}", outcome.out);
    let outcome = run(&[]);
    assert!(outcome.json["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "no-gpu"), "{}", outcome.out);
    let outcome = run(&["--shell", "cpu"]);
    outcome.exits(1).fails_in("proof");
    assert_eq!(outcome.json["shell"], "cpu");
}

#[test]
fn what_is_missing_is_3_and_a_wrong_word_2() {
    let room = Room::new("cpu");
    room.validate("ok", &["--shell", "cuda"]).exits(2).says("--shell cpu");
    room.validate("ok", &["--shell", "tpu"]).exits(2);
    room.validate("ok", &["--timeout", "0"]).exits(2);
    room.validate("ok", &["--runner", "uv"]).exits(3).says("uv is not installed");
    fs::remove_file(room.path("bin/nix")).unwrap();
    if std::path::Path::new("/nix/var/nix/profiles/default/bin/nix").exists() || on_path("nix") {
        println!("SKIP what_is_missing_is_3_and_a_wrong_word_2: this machine has a Nix of its own");
    } else {
        room.validate("ok", &[]).exits(3).fails_in("evaluate").says("--runner uv");
    }
}

fn on_path(name: &str) -> bool {
    ["/usr/local/bin", "/usr/bin", "/bin"].iter().any(|dir| std::path::Path::new(dir).join(name).exists())
}

#[test]
fn uv_alone_chooses_group_and_environment() {
    let room = Room::new("cuda,cpu").with_uv();
    let outcome = room.validate("hang", &["--runner", "uv", "--shell", "cpu"]);
    outcome.exits(1).fails_in("proof");
    for id in ["evaluate", "build"] {
        assert_eq!(outcome.phase(id)["status"], "skipped");
    }
    assert_eq!(room.noted("uv").as_deref(), Some("lock --no-build\nsync --locked --group cpu --no-build\n"));
    assert!(room.project(".venv-cpu/bin/python").exists());
}

#[test]
fn secrets_stay_out_of_the_report_and_the_log() {
    let room = Room::new("cpu");
    let outcome = room.validate("secrets", &[]);
    outcome.exits(1);
    for text in [&outcome.out, &room.logs()] {
        for canary in ["CanaryCanary", "canaryname", "canarypass"] {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
        assert!(text.contains("[secret]"), "{text}");
    }
}

#[test]
fn logs_are_the_owner_s_and_only_the_newest_are_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = Room::new("cpu");
    for _ in 0..12 {
        room.validate("non-utf8", &[]);
    }
    let logs: Vec<_> = fs::read_dir(room.project(".nixml/logs")).unwrap().flatten().collect();
    assert!(logs.len() <= 10, "{}", logs.len());
    assert!(logs.iter().all(|log| log.metadata().unwrap().permissions().mode() & 0o777 == 0o600));
}

#[test]
fn the_human_report_names_phase_cause_and_log() {
    let room = Room::new("cpu");
    let outcome = Outcome::of(room.nixml(&["validate", "demo"]).env("FAKE_NIX", "build-fails").output().unwrap());
    outcome
        .exits(1)
        .says("ok       evaluate")
        .says("failed   build")
        .says("the last lines of its output:")
        .says("demo/.nixml/logs/validate-");
    assert!(outcome.err.contains("error: build failed:"), "{}", outcome.err);
}

#[test]
fn flakes_that_are_off_do_not_stop_us_and_are_said() {
    let room = Room::new("cuda,cpu");
    fs::write(room.path("host.toml"), "schema = 1\ngpus = []\n[nix]\ninstalled = true\nflakes = false\n").unwrap();
    let mut command = room.nixml(&["validate", "demo", "--allow-no-gpu"]);
    let outcome = Outcome::of(command.env("NIXML_HOST", room.path("host.toml")).output().unwrap());
    outcome.exits(0).says("[flakes-disabled]").says("nix --extra-experimental-features 'nix-command flakes' develop");
}
