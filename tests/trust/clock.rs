//! A clock that jumps by a day in the middle: what is measured is not the time of day.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::room::Room;
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

fn jumping(room: &Room) -> Option<PathBuf> {
    let (source, library) = (room.path("jump.c"), room.path("jump.so"));
    fs::write(&source, JUMPING).unwrap();
    let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status().ok()?;
    made.success().then_some(library)
}

#[test]
fn a_clock_that_jumps_by_a_day_changes_no_duration() {
    let room = Room::new();
    let library = need!(jumping(&room), "no C compiler");
    let run = |arguments: &[&str]| -> Ran {
        let mut command = room.nixml(arguments);
        command.env("LD_PRELOAD", &library).env("PATH", format!("{}:/usr/bin:/bin", room.path("bin").display()));
        command.output().unwrap().into()
    };
    run(&crate::room::INIT).exits(0);
    fs::create_dir(room.path("bin")).unwrap();
    fs::write(room.path("bin/nix"), "#!/bin/sh\necho nothing >&2; exit 1\n").unwrap();
    fs::set_permissions(room.path("bin/nix"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
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
