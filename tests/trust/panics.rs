//! A bug in nixml: exit 70, one line where to report it, and what was under way is taken back.

use crate::room::{INIT, Room};
use crate::support::ran::Ran;

#[test]
fn a_bug_is_exit_70_and_says_where_to_report_it() {
    let room = Room::new();
    for arguments in [&["doctor"][..], &["matrix", "--json"], &INIT] {
        let mut command = room.nixml(arguments);
        let ran: Ran = command.env("NIXML_TEST_PANIC", "main").output().unwrap().into();
        ran.exits(70).says("asked for by a test").says("nixml report").never_says("panicked").never_says("backtrace");
        assert!(ran.err().lines().count() <= 3 && ran.out().is_empty(), "{}", ran.told());
    }
}

#[test]
fn a_bug_in_the_middle_of_the_writing_leaves_nothing() {
    let room = Room::new();
    for place in ["staged", "renamed"] {
        let mut command = room.nixml(&INIT);
        let ran: Ran = command.env("NIXML_TEST_PANIC", place).output().unwrap().into();
        ran.exits(70);
        assert!(!room.path("demo").exists(), "{place}: {:?}", room.tree("demo").keys());
    }
    room.init(&["--python", "3.13"]).exits(0);
    let before = room.tree("demo");
    for place in ["staged", "renamed"] {
        let mut command = room.nixml(&[&INIT[..], &["--python", "3.12"]].concat());
        let ran: Ran = command.env("NIXML_TEST_PANIC", place).output().unwrap().into();
        ran.exits(70);
        assert!(room.tree("demo") == before, "{place}");
    }
}
