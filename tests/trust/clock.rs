//! Time, on the unchanged program: a clock that jumps by a day, and hours that pass in seconds while a child says nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::room::{INIT, Room};
use crate::support::need;
use crate::support::ran::Ran;

const JUMPING: &str = r"
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int asked;
    long result = syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec += ++asked % 2 ? 86400 : -86400;
    return (int)result;
}
";

/// While the file `$HURRIED` is there, a thousand seconds pass in one, and nixml's waits are as much shorter, until `$HURRIED_FOR`
/// seconds were won so. What it starts keeps the time of day: the environment of children is cleaned.
const HURRYING: &str = r#"
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
enum { HASTE = 1000 };
static long long more;
static int hurried(void) {
    const char *file = getenv("HURRIED"), *most = getenv("HURRIED_FOR");
    return file && access(file, F_OK) == 0 && !(most && more >= atoll(most) * 1000000000LL);
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
    static long long last;
    long result = syscall(SYS_clock_gettime, clock, now);
    if (clock != CLOCK_MONOTONIC) return (int)result;
    pthread_mutex_lock(&one);
    long long real = now->tv_sec * 1000000000LL + now->tv_nsec;
    if (last && real > last && hurried()) {
        const char *most = getenv("HURRIED_FOR");
        more += (real - last) * (HASTE - 1);
        if (most && more > atoll(most) * 1000000000LL) more = atoll(most) * 1000000000LL;
    }
    if (real > last) last = real;
    now->tv_sec = (real + more) / 1000000000LL;
    now->tv_nsec = (real + more) % 1000000000LL;
    pthread_mutex_unlock(&one);
    return (int)result;
}
int epoll_wait(int fd, struct epoll_event *events, int most, int wait) {
    if (wait > 0 && hurried()) wait = wait / HASTE + 1;
    return (int)syscall(SYS_epoll_pwait, fd, events, most, wait, NULL, 8);
}
"#;

/// The library that a C compiler makes of this; `None`: there is none.
fn clock(room: &Room, code: &str) -> Option<PathBuf> {
    let (source, library) = (room.path("clock.c"), room.path("clock.so"));
    fs::write(&source, code).unwrap();
    let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status().ok()?;
    made.success().then_some(library)
}

#[test]
fn a_clock_that_jumps_by_a_day_changes_no_duration() {
    let room = Room::new();
    let library = need!(clock(&room, JUMPING), "no C compiler");
    let run = |arguments: &[&str]| -> Ran {
        let mut command = room.nixml(arguments);
        command.env("LD_PRELOAD", &library).env("PATH", format!("{}:/usr/bin:/bin", room.path("bin").display()));
        command.output().unwrap().into()
    };
    run(&INIT).exits(0);
    nix(&room, "echo nothing >&2; exit 1");
    let ran = run(&["validate", "demo", "--json", "--timeout", "60"]);
    ran.exits(1);
    for phase in ran.json()["phases"].as_array().unwrap() {
        assert!(phase["duration_ms"].as_u64().is_some_and(|time| time < 60_000), "{phase}");
    }
    for finding in run(&["doctor", "--json"]).json()["findings"].as_array().unwrap() {
        assert!(finding["duration_ms"].as_u64().is_some_and(|time| time < 60_000), "{finding}");
    }
    run(&["undo", "demo"]);
}

/// A Nix that does this when it is asked for a shell.
fn nix(room: &Room, script: &str) {
    fs::create_dir(room.path("bin")).unwrap();
    let script = format!("#!/bin/sh\ncase \" $* \" in *\" --version \"*) echo 'nix (Nix) 2.34.8'; exit 0 ;; esac\n{script}\n");
    fs::write(room.path("bin/nix"), script).unwrap();
    fs::set_permissions(room.path("bin/nix"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// It says one thing, and then nothing for as long as it is let.
fn silent(room: &Room) -> String {
    let hurried = room.path("hurried").display().to_string();
    nix(
        room,
        &format!("echo hanging here >&2; trap 'rm -f {hurried}; exit 130' INT; : > {hurried}; while :; do sleep 0.05; done"),
    );
    hurried
}

#[test]
fn an_hour_of_silence_is_a_finding_after_ten_minutes_and_the_end_of_a_script() {
    let room = Room::new();
    let library = need!(clock(&room, HURRYING), "no C compiler");
    room.init(&[]).exits(0);
    let hurried = silent(&room);
    let path = format!("{}:/usr/bin:/bin", room.path("bin").display());
    let mut command = room.nixml(&["validate", "demo", "--json"]);
    command.env("LD_PRELOAD", &library).env("HURRIED", &hurried).env("PATH", &path);
    // Just so long that the limit is reached: Nix has its usual time to stop then.
    let ran: Ran = command.env("HURRIED_FOR", "3600").output().unwrap().into();
    ran.exits(124).says("time limit of 3600 s").says("--timeout SECONDS");
    let report = ran.json();
    let evaluate = report["phases"].as_array().unwrap().iter().find(|phase| phase["id"] == "evaluate").unwrap();
    assert_eq!(evaluate["status"], "failed", "{report}");
    assert!(evaluate["duration_ms"].as_u64().is_some_and(|time| (3_590_000..36_000_000).contains(&time)), "{evaluate}");
    let findings: Vec<_> = report["findings"].as_array().unwrap().iter().filter(|one| one["code"] == "no-output").collect();
    assert_eq!(findings.len(), 1, "{report}");
    // On a busy machine a minute of this kind passes between two looks.
    let seen = findings[0]["seen"].as_str().unwrap();
    let minutes: u64 = seen.strip_prefix("evaluate printed nothing for ").unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((10..60).contains(&minutes), "{seen}");
    assert!(!Path::new(&hurried).exists(), "Nix was not asked to stop before it was ended");
    room.wait_alone();
}

/// A person may wait as long as they like, and sees for how long nothing was heard.
#[test]
fn on_a_terminal_there_is_no_limit() {
    let room = Room::new();
    let library = need!(clock(&room, HURRYING), "no C compiler");
    room.init(&[]).exits(0);
    let hurried = silent(&room);
    let (library, path) = (library.display().to_string(), format!("{}:/usr/bin:/bin", room.path("bin").display()));
    let env = [("PATH", path.as_str()), ("LD_PRELOAD", library.as_str()), ("HURRIED", hurried.as_str())];
    let mut terminal = room.terminal(Path::new(env!("CARGO_BIN_EXE_nixml")), &["validate", "demo"], &env, 100);
    let minutes = |screen: &str| -> Option<u64> { screen.rsplit_once("was heard for ")?.1.split(' ').next()?.parse().ok() };
    terminal.wait_until("a silence of more than an hour", |screen| minutes(screen).is_some_and(|minutes| minutes > 60));
    assert!(!terminal.over(), "{}", terminal.screen());
    terminal.signal(rustix::process::Signal::INT);
    assert_eq!(terminal.end(), 130, "{}", terminal.screen());
    terminal.assert_clean();
    room.wait_alone();
}
