//! How the screens look on recorded machines. Digits are made alike: another release of a framework is no other screen.

use ratatui::style::Color;

use crate::stage::{Look, Player, host};

/// A first-timer's machine, an old driver, no card, many cards, a Mac, WSL, a driver that was upgraded and not rebooted.
const HOSTS: [&str; 7] = [
    "laptop-rtx3050-535",
    "kepler-k80-470",
    "laptop-no-gpu",
    "blackwell-b200-eight",
    "mac-m2",
    "wsl2-rtx4060",
    "upgraded-not-rebooted",
];

const FRAMEWORK: &str = "<down><enter><enter>";
const TARGET: &str = "<down><enter><enter><enter>";

fn check(name: &str, player: &Player) {
    let alike: String = player.picture().chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots/screens" }, {
        insta::assert_snapshot!(name, alike);
    });
}

#[test]
fn the_machine_and_the_frameworks_on_eighty_columns() {
    for name in HOSTS {
        let player = Player::new(host(name), 80, 24, Look::Colour).probe();
        check(&format!("{name}-machine"), &player);
        check(&format!("{name}-framework"), &player.keys(FRAMEWORK));
    }
}

#[test]
fn wider_windows_show_the_preview_beside_the_question() {
    for name in HOSTS {
        check(&format!("{name}-target-120x36"), &Player::new(host(name), 120, 36, Look::Colour).probe().keys(TARGET));
    }
    check("target-200x60", &Player::new(host("laptop-rtx3050-535"), 200, 60, Look::Colour).probe().keys(TARGET));
}

#[test]
fn no_colour_and_no_letters_beyond_ascii() {
    for name in HOSTS {
        let mono = Player::new(host(name), 80, 24, Look::Mono).probe().keys(TARGET);
        let plain = |cell: &ratatui::buffer::Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
        assert!(mono.buffer().content.iter().all(plain), "a colour on a terminal without colours");
        check(&format!("{name}-target-mono"), &mono);
        let ascii = Player::new(host(name), 80, 24, Look::Ascii).probe().keys(TARGET);
        assert!(ascii.text().is_ascii(), "{}", ascii.text());
        check(&format!("{name}-target-ascii"), &ascii);
    }
}

#[test]
fn every_screen_of_a_whole_way() {
    let start = || Player::new(host("laptop-rtx3050-535"), 80, 24, Look::Colour);
    check("first-frame", &start());
    let player = start().probe();
    check("name", &player.keys("<down><enter>"));
    check("python", &start().probe().keys("<down><enter><enter><enter><enter>"));
    check("extras", &start().probe().keys("<down><enter><enter><enter><enter><enter><space>"));
    check("review", &start().probe().keys("<enter>"));
    check("leave", &start().probe().keys("<ctrl-c>"));
    check("help", &start().probe().keys("<down><enter><enter>?"));
    check("why", &start().probe().keys("<down><enter><enter>w"));
    check("search", &start().probe().keys("<down><enter><enter>/boost"));
    check("smallest", &start().probe().keys(FRAMEWORK).resize(60, 16));
    check("too-small", &start().probe().keys(FRAMEWORK).resize(59, 16));
    let mut running = start().probe();
    running.trial = crate::pictures::downloading();
    let running = running.keys("<enter><enter>");
    check("running", &running);
    check("running-leave", &running.keys("<ctrl-c>"));
    let mut done = start().probe();
    done.report = Some(crate::pictures::proved());
    check("done", &done.keys("<enter><enter>"));
    let mut failed = start().probe();
    failed.report = Some(crate::pictures::failed());
    check("failed", &failed.keys("<enter><enter>"));
}
