//! Every screen on recorded machines, at three sizes, with colours, without, and in ASCII. Digits are made alike: another
//! release of a framework is no other screen.

use std::fmt::Write as _;
use std::thread;

use nixml::core::failure::{Exit, Failure};
use nixml::core::session::Event;
use nixml::front::tui::Input;

use crate::pictures::{downloading, failed, proved};
use crate::sheet::{Legend, sheet};
use crate::stage::{Look, Player, host};

/// No card, a laptop with an old driver, a new card, WSL, NixOS, a Mac; and a driver that was upgraded and not rebooted.
const HOSTS: [&str; 7] = [
    "laptop-no-gpu",
    "laptop-rtx3050-535",
    "blackwell-rtx5090-570",
    "wsl2-rtx4060",
    "nixos-rtx3060",
    "mac-m2",
    "upgraded-not-rebooted",
];
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn told(player: &mut Player, event: Event) {
    player.input(Input::World(Box::new(event)));
}

/// Every screen of a whole way, with what leads to it.
fn way(player: &mut Player, mut take: impl FnMut(&str, &mut Player)) {
    let keys = |player: &mut Player, keys: &str| player.press(keys);
    take("first frame", player);
    player.answer();
    take("machine", player);
    for (screen, pressed) in [
        ("project", "<down><enter>"),
        ("framework", "<enter>"),
        ("framework, searched", "/boost"),
        ("why", "<esc>w"),
        ("help", "<esc>?"),
        ("target", "<esc><home><enter>"),
        ("python", "<enter>"),
        ("extras", "<enter><space>"),
        ("review", "<enter>"),
        ("changes", "<tab>"),
        ("packages", "<esc><down><down><down><down><down><enter>numpy, pandas>=2, bad=="),
        ("leave", "<esc><ctrl-c>"),
    ] {
        keys(player, pressed);
        take(screen, player);
    }
    player.trial = downloading();
    keys(player, "<esc><home><enter>");
    take("running", player);
    keys(player, "<ctrl-c>");
    take("running, leave", player);
    keys(player, "<esc>z");
    take("running, zoomed", player);
    keys(player, "<esc>");
    told(player, Event::Validated(Box::new(proved())));
    take("proved", player);
    player.trial = Vec::new();
    keys(player, "r");
    told(player, Event::Validated(Box::new(failed())));
    take("failed", player);
    keys(player, "r");
    let missing = "Nix is not installed on this machine. The project waits for it: `nixml validate` proves it then.";
    told(player, Event::NotValidated(Failure::new(Exit::Done, "prove it here").why(missing)));
    take("not proved", player);
}

/// The screens of one machine, each at every size, and the letters of their styles.
fn album(name: &str, mut legend: Legend) -> (Vec<(String, [String; 3])>, Legend) {
    let mut player = Player::new(host(name), 80, 24, Look::Colour);
    let mut sheets = Vec::new();
    way(&mut player, |screen, player| {
        let title = format!("{name}-{}", screen.replace(", ", "-").replace(' ', "-"));
        sheets.push((screen.to_owned(), SIZES.map(|size| sheet(player, size, &mut legend, &title))));
    });
    (sheets, legend)
}

#[test]
fn every_screen_of_every_machine_at_every_size_and_look() {
    // The letters of the first mean the same on the others, so that what looks the same reads the same.
    let first = album(HOSTS[0], Legend::default());
    let mut albums = vec![first.clone()];
    albums.extend(thread::scope(|scope| {
        let started: Vec<_> = HOSTS.iter().skip(1).map(|name| (name, first.1.clone())).collect();
        let started: Vec<_> = started.into_iter().map(|(name, legend)| scope.spawn(move || album(name, legend))).collect();
        started.into_iter().map(|album| album.join().unwrap()).collect::<Vec<_>>()
    }));
    for (name, (sheets, legend)) in HOSTS.iter().zip(&albums) {
        for (at, size) in SIZES.iter().enumerate() {
            let mut text = String::new();
            for (screen, shown) in sheets {
                let first = albums[0].0.iter().find(|(other, _)| other == screen).map(|(_, shown)| &shown[at]);
                let same = *name != HOSTS[0] && first == Some(&shown[at]);
                let shown = if same { format!("as on {}\n", HOSTS[0]) } else { shown[at].clone() };
                let _ = write!(text, "== {screen} ==\n{shown}\n");
            }
            text.push_str(&legend.text());
            let alike: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots/screens" }, {
                insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), alike);
            });
        }
    }
}

#[test]
fn small_windows_are_polite() {
    let player = || Player::new(host("laptop-rtx3050-535"), 60, 16, Look::Colour);
    let small = player().probe().keys("<down><enter><enter>").text();
    assert!(small.contains("Which framework") && small.contains("PyTorch") && small.contains("Enter choose"), "{small}");
    for size in [(59, 16), (60, 15), (20, 4)] {
        let text = player().probe().resize(size.0, size.1).text();
        assert_eq!(text.trim_end().lines().count(), 1, "{text}");
        assert!("nixml needs a window of 60x16".starts_with(text.trim_end().get(..20).unwrap()), "{text}");
    }
}
