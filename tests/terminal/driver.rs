//! A driver that hangs behind the live screen: the keys answer, the rest of the machine is shown, and nobody is left behind.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::Room;
use crate::lab::{Variant, library};
use crate::support::need;
use crate::support::pty::Terminal;

/// A machine of nothing but a driver that never answers, and nixml on it; `None` without a C compiler.
fn hung(room: &Room, deadline: &str) -> Option<Terminal> {
    let library: PathBuf = library(Variant::Whole)?;
    let (machine, scenario, pid) = (room.folder("root"), room.folder("scenario"), room.folder("pid"));
    std::fs::create_dir(&machine).unwrap();
    std::fs::write(&scenario, format!("pid = {}\nhang.count = 1\n", pid.display())).unwrap();
    let more = [
        ("NIXML_HOST", ""),
        ("NIXML_PROBE_ROOT", machine.to_str().unwrap()),
        ("NIXML_NVML_LIB", library.to_str().unwrap()),
        ("NVML_STANDIN", scenario.to_str().unwrap()),
        ("NIXML_PROBE_TIMEOUT_MS", deadline),
    ];
    let terminal = room.nixml("laptop-no-gpu", &[], &more, 80, 24);
    terminal.wait_for("Disk    ");
    let begin = Instant::now();
    while !std::fs::read_to_string(&pid).is_ok_and(|text| text.trim().parse::<u32>().is_ok()) {
        assert!(begin.elapsed() < Duration::from_mins(1), "the driver was not asked:\n{}", terminal.screen());
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(terminal)
}

#[test]
fn a_driver_that_hangs_keeps_no_key_waiting_and_nobody_behind() {
    let room = Room::new();
    let mut terminal = need!(hung(&room, "600000"), "no C compiler");
    assert!(terminal.screen().contains("looking"), "{}", terminal.screen());
    terminal.send("?");
    terminal.wait_for("The keys here");
    terminal.send("\x1b");
    terminal.wait_for("Looking at this machine");
    terminal.send("\r");
    let waiting = terminal.wait_for("waiting for the machine to answer");
    assert!(waiting.contains("Driver  looking"), "{waiting}");
    terminal.send("\x03");
    terminal.wait_for("Leave nixml?");
    terminal.send("\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
    assert_eq!(room.running(), Vec::<u32>::new(), "the helper that hangs was left behind");
}

#[test]
fn once_its_time_is_over_the_wizard_goes_on_without_the_driver() {
    let room = Room::new();
    let mut terminal = need!(hung(&room, "1500"), "no C compiler");
    let machine = terminal.wait_for("did not answer");
    assert!(machine.contains("Driver"), "{machine}");
    terminal.send("\r");
    let review = terminal.wait_for("new files");
    assert!(review.contains("Target"), "{review}");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    assert_eq!(room.running(), Vec::<u32>::new(), "the helper that hangs was left behind");
}
