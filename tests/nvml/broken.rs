//! Drivers that refuse, lie, print, flood, crash and hang: nixml answers in time, keeps what was said, and leaves nothing behind.

use std::time::Duration;

use super::lab::{Lab, Seen};
use super::support::need;

/// Far more than a deadline and half a second: an answer at all, on a machine that is busy.
const AN_ANSWER: Duration = Duration::from_secs(30);

#[test]
fn a_library_that_does_not_start_says_why() {
    for (code, words) in [
        (9, "the driver is installed and its kernel module is not loaded"),
        (18, "the driver's library and its kernel module have different versions: restart the machine"),
        (4, "no permission to talk to the driver"),
        (15, "the card is lost: it fell off the bus"),
        (27, "the system is not in a state to answer"),
        (28, "the driver supports none of the cards here"),
        (999, "an internal error of the driver"),
        (1234, "NVML error 1234 (unknown)"),
    ] {
        let seen = need!(Lab::new(&format!("code.init = {code}")).probe(), "no C compiler");
        assert_eq!(seen.unknown("gpus"), words);
        assert_eq!((seen.fact("driver.nvml_error").as_i64(), seen.fact("gpus").is_null()), (Some(code), true));
        seen.assert_no_helper_left();
    }
}

#[test]
fn values_that_no_machine_has_are_unknown() {
    for (scenario, path) in [
        ("driver = ", "driver.version"),
        ("driver = abc", "driver.version"),
        ("driver = 580\\x0a99", "driver.version"),
        ("driver = \\x1b[2J580.65.06", "driver.version"),
        ("driver = no-end:5", "driver.version"),
        ("cuda = -5", "driver.cuda"),
        ("cuda = 0", "driver.cuda"),
        ("cuda = 999999", "driver.cuda"),
        ("code.cuda = 12", "driver.cuda"),
        ("compute = -1.-99", "gpus.0.compute"),
        ("compute = 0.0", "gpus.0.compute"),
        ("memory = 18446744073709551615", "gpus.0.memory_bytes"),
        ("memory = 0", "gpus.0.memory_bytes"),
        ("name = ", "gpus.0.name"),
        ("name = \\xff\\xfe", "gpus.0.name"),
    ] {
        let seen = need!(Lab::new(scenario).probe(), "no C compiler");
        assert!(seen.fact(path).is_null(), "{scenario}: {}", seen.fact(path));
        assert!(!seen.unknown(path).is_empty() && seen.unknown(path).len() < 200, "{scenario}");
        assert_eq!(seen.cards(), 1, "{scenario}: the card stays");
    }
}

#[test]
fn names_cannot_act_on_a_terminal() {
    let scenario =
        "count = 3\nname.0 = NVIDIA \\x1b]52;c;ZXZpbA==\\x07T4\\x0a\\x1b[31mRED\nname.1 = \\xe2\\x80\\xaeevil\nname.2 = no-end:A";
    let seen = need!(Lab::new(scenario).probe(), "no C compiler");
    assert_eq!((seen.text("gpus.0.name"), seen.text("gpus.1.name")), ("NVIDIA T4 RED", "evil"));
    assert!(seen.text("gpus.2.name").chars().count() <= 120);
}

#[test]
fn what_the_library_prints_goes_nowhere() {
    for scenario in
        ["print.init = \\x1b[2Jhello {\\x22line\\x22:\\x22done\\x22}\\x0a", "flood.name = 1000000", "flood.init = 67108864"]
    {
        let seen = need!(Lab::new(scenario).probe(), "no C compiler");
        assert_eq!((seen.text("gpus.0.name"), seen.text("driver.version")), ("NVIDIA T4", "550.163.01"), "{scenario}");
        seen.assert_no_helper_left();
    }
}

#[test]
fn a_crash_is_never_called_no_card() {
    for (scenario, words) in [
        ("crash.init = segv", "crashed (SIGSEGV) in `nvmlInit_v2`"),
        ("crash.driver = segv", "crashed"),
        ("crash.count = abort", "crashed (SIGABRT) in `nvmlDeviceGetCount_v2`"),
        ("crash.init = exit", "ended the helper"),
        ("inject.count = {\\x22line\\x22:\\x22answer\\x22,\\x22ca", "ended the helper in `nvmlDeviceGetCount_v2` (exit code 0)"),
        ("inject.count = hello\\x0a\\x00\\xff\\x0a[]\\x0a", "ended the helper"),
    ] {
        let seen = need!(Lab::new(scenario).probe(), "no C compiler");
        assert!(seen.unknown("gpus").contains(words), "{scenario}: {}", seen.unknown("gpus"));
        assert!(seen.fact("gpus").is_null(), "{scenario}");
        seen.assert_no_helper_left();
    }
}

#[test]
fn an_answer_without_end_is_cut() {
    let seen = need!(Lab::new(&format!("inject.name = {}", "x".repeat(8000))).probe(), "no C compiler");
    assert!(!seen.unknown("gpus").is_empty());
}

#[test]
fn a_crash_in_one_call_keeps_the_answers_before_it() {
    let seen = need!(Lab::new("count = 2\ncrash.memory.1 = segv").probe(), "no C compiler");
    assert_eq!((seen.text("gpus.0.name"), seen.text("gpus.1.compute")), ("NVIDIA T4", "7.5"));
    assert!(seen.unknown("gpus.1.memory_bytes").contains("crashed (SIGSEGV) in `nvmlDeviceGetMemoryInfo_v2` for card 1"));
}

#[test]
fn a_driver_that_hangs_costs_its_deadline_and_no_more() {
    for (scenario, place) in [
        ("hang.init = 1", "in `nvmlInit_v2`"),
        ("blocked.init = 1", "in `nvmlInit_v2`"),
        ("hang.driver = 1", ""),
        ("blocked.count = 1", "in `nvmlDeviceGetCount_v2`"),
    ] {
        let reached = |seen: &Seen| seen.unknown("gpus").contains(place) && seen.text("os.kind") == "linux";
        let seen = need!(Lab::new(scenario).probe_hanging(reached), "no C compiler");
        let words = seen.unknown("gpus");
        assert!(words.contains("did not answer within") && words.contains(place), "{scenario}: {words}");
        assert!(seen.took < AN_ANSWER && seen.took >= Duration::from_millis(500), "{scenario}: {:?}", seen.took);
        assert!(seen.fact("gpus").is_null());
        assert_eq!(seen.text("os.kind"), "linux", "other facts are there");
        seen.assert_no_helper_left();
    }
}

#[test]
fn a_hang_in_one_call_keeps_the_answers_before_it() {
    let seen = need!(
        Lab::new("count = 4\nhang.name.1 = 1").probe_hanging(|seen| seen.text("gpus.0.name") == "NVIDIA T4"),
        "no C compiler"
    );
    assert_eq!((seen.cards(), seen.text("gpus.0.name"), seen.text("driver.version")), (4, "NVIDIA T4", "550.163.01"));
    for path in ["gpus.1.name", "gpus.2.compute", "gpus.3.memory_bytes"] {
        assert!(seen.unknown(path).contains("in `nvmlDeviceGetName` for card 1"), "{path}");
    }
    seen.assert_no_helper_left();
}

#[test]
fn a_hang_at_the_end_costs_no_fact() {
    for scenario in ["hang.shutdown = 1", "blocked.shutdown = 1", "crash.shutdown = segv"] {
        let seen = need!(Lab::new(scenario).probe(), "no C compiler");
        assert_eq!((seen.text("gpus.0.name"), seen.fact("gpus.0.memory_bytes").is_null()), ("NVIDIA T4", false), "{scenario}");
        assert!(seen.facts["unknown"]["gpus"].is_null() && seen.took < AN_ANSWER, "{scenario}");
        seen.assert_no_helper_left();
    }
}

#[test]
fn a_slow_driver_is_waited_for() {
    let seen = need!(Lab::new("sleep.init = 700\nsleep.name = 300").probe(), "no C compiler");
    assert_eq!(seen.text("gpus.0.name"), "NVIDIA T4");
}

/// The quickest of three, because other programs want the processor too.
#[test]
#[ignore = "measures time: on a quiet machine"]
fn no_answer_is_later_than_the_deadline_and_half_a_second() {
    let deadline = 1000;
    for scenario in [
        "",
        "hang.init = 1",
        "blocked.init = 1",
        "hang.driver = 1",
        "blocked.count = 1",
        "hang.name = 1",
        "blocked.memory = 1",
        "hang.shutdown = 1",
        "blocked.shutdown = 1",
        "sleep.name = 5000",
        "flood.init = 67108864\nhang.count = 1",
        "crash.init = segv",
    ] {
        let mut lab = Lab::new(scenario);
        lab.timeout_ms = deadline;
        let mut quickest = AN_ANSWER;
        for _ in 0..3 {
            quickest = quickest.min(need!(lab.probe(), "no C compiler").took);
        }
        assert!(quickest < Duration::from_millis(deadline + 500), "`{scenario}`: {quickest:?}");
    }
}
