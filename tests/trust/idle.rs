//! Long quiet: no memory, no descriptor and no processor time is lost.

use std::fs;
use std::time::Duration;

use crate::room::Room;

fn status(pid: u32, key: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
}

fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// Clock ticks of processor time so far.
fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// `NIXML_SOAK_MINUTES`, ten unless told; an hour is `60`.
#[test]
#[ignore = "long: minutes of doing nothing"]
fn an_idle_wizard_uses_nothing() {
    let minutes: u64 = std::env::var("NIXML_SOAK_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    let mut terminal = room.terminal(std::path::Path::new(env!("CARGO_BIN_EXE_nixml")), &["init", "demo"], &[], 80);
    terminal.wait_for("Step by step");
    std::thread::sleep(Duration::from_secs(5));
    let pid = u32::try_from(terminal.pid().as_raw_nonzero().get()).unwrap();
    let before = (status(pid, "VmRSS"), descriptors(pid), ticks(pid));
    std::thread::sleep(Duration::from_secs(minutes * 60));
    let after = (status(pid, "VmRSS"), descriptors(pid), ticks(pid));
    println!(
        "{minutes} minutes: memory {} -> {} KiB, descriptors {} -> {}, {} ticks",
        before.0,
        after.0,
        before.1,
        after.1,
        after.2 - before.2
    );
    assert!(after.0 < before.0 + 5 * 1024);
    assert_eq!(after.1, before.1);
    // A hundred ticks a second: less than one per cent.
    assert!(after.2 - before.2 <= minutes * 60);
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
}
