//! Where keys lead.

use nixml::core::session::Stage;
use nixml::front::tui::Effect;

use crate::stage::{Look, Player, host};

fn player() -> Player {
    Player::new(host("laptop-rtx3050-535"), 80, 24, Look::Colour).probe()
}

/// Plays the keys; what the first line of the screen then says.
fn title(keys: &str) -> String {
    let text = player().keys(keys).text();
    text.lines().next().unwrap().split("  ").find(|part| part.starts_with("step")).unwrap_or_default().to_owned()
}

#[test]
fn the_title_line_names_the_program_then_the_step() {
    let first = player().text().lines().next().unwrap().to_owned();
    assert!(first.trim_start().starts_with("nixml  step 1/8: Your machine"), "{first}");
}

#[test]
fn enter_alone_leads_to_a_written_project() {
    let player = player().keys("<enter>");
    assert!(matches!(player.model.session.stage(), Stage::Review(_)));
    assert!(player.written.is_none());
    let player = player.keys("<enter>");
    assert!(player.written.is_some_and(|changes| changes.iter().any(|change| change.path == "flake.nix")));
}

#[test]
fn every_step_has_its_number_and_its_way_back() {
    assert_eq!(title("<down><enter>"), "step 2/8: Project");
    assert_eq!(title("<down><enter><enter>"), "step 3/8: Framework");
    assert_eq!(title("j<enter><enter><enter>"), "step 4/8: Target");
    assert_eq!(title("j<enter><enter><enter><esc>"), "step 3/8: Framework");
    assert_eq!(title("j<enter><enter><enter><left><left><esc>"), "step 1/8: Your machine");
    assert_eq!(title("<enter>"), "step 7/8: Review");
    assert_eq!(title("j<enter><enter><enter><enter><enter><enter><esc>"), "step 6/8: Extras");
    assert_eq!(title("<enter><esc>"), "step 1/8: Your machine", "whoever was asked nothing goes back to where it began");
}

#[test]
fn back_loses_no_answer() {
    let player = player().keys("<down><enter>-x<enter><down><enter><esc><esc>");
    assert!(player.text().contains("demo-x"), "{}", player.text());
    let answers = player.model.session.answers().clone();
    let player = player.keys("<enter><enter>");
    assert_eq!(player.model.session.answers().text("framework"), answers.text("framework"));
    // What was switched on and not confirmed is still on.
    let player = player.keys("<enter><enter><space><esc><enter>");
    assert!(player.text().contains("[x]"), "{}", player.text());
}

#[test]
fn enter_on_another_target_means_that_one_until_space_marked_some() {
    let targets = |keys: &str| player().keys("j<enter><enter><enter>").keys(keys).model.session.answers().words("targets");
    assert_eq!(targets("<enter>"), ["cuda"]);
    assert_eq!(targets("<down><enter>"), ["cpu"]);
    assert_eq!(targets("<down><space><enter>"), ["cuda", "cpu"]);
    assert_eq!(targets("<down><space><space><enter>"), ["cuda"], "Space was pressed: the marks count");
    // Going back, the choice of before is the mark again.
    assert_eq!(targets("<down><enter><esc><up><enter>"), ["cuda"]);
}

#[test]
fn enter_on_a_target_that_cannot_be_says_why() {
    let player =
        Player::new(host("upgraded-not-rebooted"), 80, 24, Look::Colour).probe().keys("j<enter><enter><enter><up><enter>");
    assert!(player.model.popup.is_some(), "{}", player.text());
    assert!(player.text().contains("kernel module"), "{}", player.text());
}

#[test]
fn letters_act_only_where_nothing_is_typed() {
    let player = player().keys("<down><enter>qwp?/");
    assert!(player.text().contains("demoqwp?/"), "{}", player.text());
    assert!(player.model.popup.is_none());
}

#[test]
fn a_blocked_choice_stays_in_sight_and_says_why() {
    let player = Player::new(host("laptop-no-gpu"), 80, 24, Look::Colour).probe().keys("<down><enter><enter><enter><up>");
    assert!(player.text().contains("×   NVIDIA GPU"), "{}", player.text());
    let player = player.keys("<space>");
    assert!(
        player.text().contains("This machine cannot run it") || player.text().contains("cannot be chosen"),
        "{}",
        player.text()
    );
    let player = player.keys("<esc><enter>");
    assert_eq!(player.model.session.answers().words("targets"), ["cpu"], "it was not chosen");
}

#[test]
fn a_search_finds_by_letters_and_leaves_the_cursor_there() {
    let player = player().keys("<down><enter><enter>/learn<enter>");
    assert_eq!(player.model.session.answers().text("framework"), Some("scikit-learn"));
}

#[test]
fn ctrl_c_asks_and_twice_within_two_seconds_leaves_with_130() {
    let asked = player().keys("<ctrl-c>");
    assert!(asked.text().contains("Leave nixml?") && asked.quit.is_none());
    assert_eq!(asked.keys("<ctrl-c>").quit, Some(130));
    assert_eq!(player().keys("<ctrl-c>").wait(2500).keys("<ctrl-c>").quit, None);
    assert_eq!(player().keys("<ctrl-c><esc>").quit, None);
    assert_eq!(player().keys("q<enter>").quit, Some(0));
}

#[test]
fn quick_waits_for_the_machine() {
    let player = Player::new(host("laptop-rtx3050-535"), 80, 24, Look::Colour).keys("<enter>");
    assert!(matches!(player.model.session.stage(), Stage::Machine), "the machine has not answered yet");
    let player = player.probe();
    assert!(matches!(player.model.session.stage(), Stage::Review(_)), "it goes on by itself");
}

#[test]
fn an_answer_changed_from_the_review_leads_back_to_it() {
    let player = player().keys("<enter>jj<enter>");
    assert!(player.text().contains("Which framework"), "{}", player.text());
    let player = player.keys("/jax<enter>");
    let text = player.text();
    assert!(text.contains("Review") && text.contains("JAX"), "{text}");
    assert!(player.keys("jj<enter><esc>").text().contains("Review"), "Esc leads back, too");
}

#[test]
fn what_lies_on_the_disk_is_in_the_way_and_named() {
    let mut player = Player::new(host("laptop-no-gpu"), 80, 24, Look::Colour);
    player.disk.insert("flake.nix".to_owned(), "{ }\n".to_owned());
    let player = player.probe().keys("<enter>");
    assert!(player.text().contains("in the way: flake.nix"), "{}", player.text());
    let player = player.keys("<enter>");
    assert!(player.written.is_none());
    assert!(player.text().contains("--force"), "{}", player.text());
}

#[test]
fn a_paste_never_presses_a_key() {
    let player = player().keys("<down><enter>").paste("a\nb\r\n\x1b[31m").keys("");
    assert!(player.text().contains("demoa b"), "{}", player.text());
    let player = self::player().paste("\r\r\r");
    assert!(player.written.is_none() && player.text().contains("step 1/"));
}

#[test]
fn the_shell_opens_after_the_validation_and_takes_every_key_but_f2() {
    let mut player = player();
    player.report = Some(crate::pictures::proved());
    let player = player.keys("<enter><enter><f2>");
    assert!(matches!(player.asked.last(), Some(Effect::OpenShell { rows, columns: 78 }) if *rows > 4), "{:?}", player.asked);
    let player = player.keys("q<ctrl-c><esc>");
    let typed: Vec<&Effect> = player.asked.iter().filter(|effect| matches!(effect, Effect::Type(_))).collect();
    let bytes = |text: &str| Effect::Type(text.as_bytes().to_vec());
    assert_eq!(typed, [&bytes("q"), &bytes("\x03"), &bytes("\x1b")]);
    let player = player.resize(120, 40);
    assert!(matches!(player.asked.last(), Some(Effect::ResizeShell { columns: 118, .. })), "{:?}", player.asked.last());
    assert_eq!(player.keys("<f2>q").quit, Some(0));
}

#[test]
fn enter_pressed_while_it_ends_does_not_leave() {
    let mut player = player();
    player.report = Some(crate::pictures::proved());
    let player = player.keys("<enter><enter><enter>");
    assert!(player.quit.is_none() && player.text().contains("it has just ended"), "{}", player.text());
    assert_eq!(player.wait(1000).keys("<enter>").quit, Some(0));
}

#[test]
fn what_is_named_besides_may_have_no_wheel_and_the_review_says_so() {
    let player = player().keys("<enter>");
    assert!(player.text().contains("nothing is compiled"), "{}", player.text());
    let player = player.keys("jjjjj<enter>numpy<enter>");
    assert!(player.text().contains("ready-made or refused, never compiled"), "{}", player.text());
    assert!(!player.text().contains("nothing is compiled"), "{}", player.text());
}

#[test]
fn a_framework_that_this_machine_cannot_run_is_greyed_and_says_why() {
    let player = Player::new(host("laptop-no-gpu"), 80, 24, Look::Colour).probe().keys("j<enter><enter>/cupy");
    assert!(player.text().contains("× CuPy"), "{}", player.text());
    let player = player.keys("<enter>");
    assert!(
        player.text().contains("This machine cannot run it") && player.text().contains("no NVIDIA card"),
        "{}",
        player.text()
    );
    assert_eq!(player.keys("<enter>").model.session.answers().text("framework"), Some("cupy"));
}

#[test]
fn the_output_can_be_searched_zoomed_and_copied() {
    let mut player = player();
    player.trial = crate::pictures::downloading();
    let player = player.keys("<enter><enter><f2>/gcc<enter>");
    assert!(player.model.output.searched().is_some());
    let player = player.keys("<esc>z");
    assert!(player.model.zoom && player.text().contains("copying path"));
    let player = player.keys("<esc>c");
    assert!(matches!(player.asked.last(), Some(Effect::Copy(text)) if text.contains("copying path")));
}
