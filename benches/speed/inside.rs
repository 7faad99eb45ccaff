//! What happens inside the process: frames, the pane's screen, plans.

use std::hint::black_box;
use std::time::Instant;

use nixml::core::catalog::Catalog;
use nixml::core::choices::Choices;
use nixml::core::data::Data;
use nixml::core::plan::decide;
use nixml::front::tui::pane::Pane;
use nixml::front::tui::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::widgets::Paragraph;

use crate::sample::{Goal, Row, ms, pairs};
use crate::screen::{through_a_pane, through_a_terminal, through_tmux};
use crate::stage::{Look, Player, host, hosts};

/// Bytes that a build prints: words, colours, a progress line that rewrites itself.
fn output(megabytes: usize) -> Vec<u8> {
    let mut text = Vec::new();
    let mut line = 0_u32;
    while text.len() < megabytes * 1_000_000 {
        line += 1;
        let color = 31 + line % 6;
        text.extend(format!("\x1b[{color}mbuilding\x1b[0m '/nix/store/{line:032x}-python3.13-package-{line}.drv' on the local machine, {line} of 40000\r\n").bytes());
        if line.is_multiple_of(16) {
            text.extend(format!("\x1b[K{line} of 40000 built, 3 failed\r").bytes());
        }
    }
    text
}

/// The cost of a frame, and how fast the pane takes output.
pub fn frames() -> Vec<Row> {
    let mut rows = Vec::new();
    for (what, columns, lines, keys) in [
        ("Frame of a question at 80x24", 80, 24, "j<enter><enter>"),
        ("Frame of a question with its preview at 200x60", 200, 60, "j<enter><enter>"),
        ("Frame of the review at 200x60", 200, 60, "<enter>"),
    ] {
        let player = Player::new(host("laptop-rtx3050-535"), columns, lines, Look::Colour).probe().keys(keys);
        let mut ours = Terminal::new(TestBackend::new(columns, lines)).unwrap();
        let mut theirs = Terminal::new(TestBackend::new(columns, lines)).unwrap();
        let text = vec!["x".repeat(columns.into()); lines.into()].join("\n");
        let measured = pairs(
            200,
            || {
                let start = Instant::now();
                ours.draw(|frame| view(&player.model, frame)).unwrap();
                ms(start.elapsed())
            },
            || {
                let start = Instant::now();
                theirs.draw(|frame| frame.render_widget(Paragraph::new(text.as_str()), frame.area())).unwrap();
                ms(start.elapsed())
            },
        );
        rows.push(Row::beside(what, "ms", "one paragraph as large", &measured).goal(Goal::AtMost(1.2)));
    }
    let bytes = output(20);
    let size = bytes.len() as f64 / 1e6;
    // What a read of a terminal brings, and what waits for the pane when the program is the faster one.
    for (what, part, goal) in [
        ("The pane takes output, 4 KB at a time", 4096, None),
        ("The pane takes output that is ahead of it, 2 MB at a time", 2 << 20, Some(Goal::AtLeast(60.0))),
    ] {
        let inside = pairs(
            5,
            || {
                let pane = Pane::new(60, 200);
                let start = Instant::now();
                for part in bytes.chunks(part) {
                    pane.feed(part);
                }
                size / start.elapsed().as_secs_f64()
            },
            || {
                let some = |count: u16| std::num::NonZeroU16::new(count).unwrap();
                let mut parser = vt100::Parser::new(some(60), some(200), 5000);
                let start = Instant::now();
                for part in bytes.chunks(part) {
                    parser.process(part);
                }
                size / start.elapsed().as_secs_f64()
            },
        );
        let row = Row::beside(what, "MB/s", "vt100 alone", &inside);
        rows.push(match goal {
            Some(goal) => row.goal(goal),
            None => row,
        });
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let whole = |pane: &Pane| size / through_a_pane(file.path(), pane);
    let discarded = || size / through_a_terminal(file.path(), |part| _ = black_box(part));
    let measured = pairs(5, || whole(&Pane::new(60, 200)), discarded);
    rows.push(Row::beside(
        "The pane takes output of a program on a terminal",
        "MB/s",
        "the kernel's terminal, read and dropped",
        &measured,
    ));
    if through_tmux(file.path()).is_some() {
        let measured = pairs(5, || whole(&Pane::new(60, 200)), || size / through_tmux(file.path()).unwrap());
        rows.push(Row::beside("The same", "MB/s", "tmux, detached", &measured));
    }
    rows
}

/// Plans a second over every recorded machine and framework.
pub fn plans() -> Vec<Row> {
    let data = Data::embedded();
    let catalog = Catalog::load(&data).unwrap();
    let machines: Vec<_> = hosts().iter().map(|name| host(name)).collect();
    let round = || {
        let start = Instant::now();
        let mut count = 0_u32;
        for facts in &machines {
            for framework in &catalog.frameworks {
                let choices = default_choices(&framework.id);
                let _ = black_box(decide(&choices, facts, &catalog));
                count += 1;
            }
        }
        f64::from(count) / start.elapsed().as_secs_f64()
    };
    vec![Row::alone("Plans, over every recorded machine and framework", "a second", (0..10).map(|_| round()).collect())]
}

/// What somebody gets who only names a framework.
fn default_choices(framework: &str) -> Choices {
    Choices::of("project", framework)
}
