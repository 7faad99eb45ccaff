//! Real streams of three versions of Nix, and made-up ones.

use super::*;

const STREAMS: &[(&str, &str)] = &[
    ("2.8", include_str!("../../../tests/nix-log/develop-2.8.log")),
    ("2.26", include_str!("../../../tests/nix-log/develop-2.26.log")),
    ("2.34", include_str!("../../../tests/nix-log/develop-2.34.log")),
];

fn read(text: &str) -> (NixLog, Vec<Said>) {
    let (mut log, mut said) = (NixLog::new(), Vec::new());
    log.feed(text.as_bytes(), |line| said.push(line));
    log.finish(|line| said.push(line));
    (log, said)
}

#[test]
fn real_streams_are_counted_to_the_end() {
    for (version, stream) in STREAMS {
        let (log, said) = read(stream);
        let progress = log.progress();
        assert!(progress.realising && log.built(), "{version}");
        assert!(progress.builds.expected > 5, "{version}: {progress:?}");
        // 2.34 counts one derivation twice when it looks for its shell in the end.
        assert!(progress.builds.done + 1 >= progress.builds.expected, "{version}: {progress:?}");
        assert!(log.errors().is_empty(), "{version}");
        assert!(progress.now.as_deref().is_some_and(|now| now.starts_with("building ")), "{version}: {progress:?}");
        assert!(
            said.iter()
                .any(|said| matches!(said, Said::Nix { level: 1, text } if text.contains("not writing modified lock file"))),
            "{version}"
        );
    }
}

#[test]
fn bars_never_go_backwards_and_pieces_of_any_size_give_the_same() {
    for (version, stream) in STREAMS {
        let (whole, _) = read(stream);
        let (mut log, mut last) = (NixLog::new(), Progress::default());
        for piece in stream.as_bytes().chunks(97) {
            log.feed(piece, |_| {});
            let now = log.progress().clone();
            for (before, after) in [(last.builds, now.builds), (last.copies, now.copies), (last.download, now.download)] {
                assert!(
                    after.done >= before.done && after.expected >= before.expected && after.done <= after.expected,
                    "{version}"
                );
            }
            last = now;
        }
        log.finish(|_| {});
        assert_eq!(log.progress(), whole.progress(), "{version}");
    }
}

#[test]
fn an_evaluation_error_is_named_without_trace_and_colour() {
    for stream in [
        include_str!("../../../tests/nix-log/missing-attribute-2.8.log"),
        include_str!("../../../tests/nix-log/missing-attribute-2.26.log"),
        include_str!("../../../tests/nix-log/missing-attribute-2.34.log"),
    ] {
        let (log, _) = read(stream);
        let error = log.errors().first().unwrap();
        assert_eq!(error.raw.lines().next(), Some("attribute 'zlibb' missing"));
        assert!(error.text.contains("flake.nix"), "{}", error.text);
        assert!(!log.progress().realising && !log.built());
    }
}

#[test]
fn a_failed_build_brings_its_last_lines() {
    for stream in [
        include_str!("../../../tests/nix-log/build-fails-2.8.log"),
        include_str!("../../../tests/nix-log/build-fails-2.26.log"),
        include_str!("../../../tests/nix-log/build-fails-2.34.log"),
    ] {
        let (log, said) = read(stream);
        assert!(log.built());
        let (name, lines) = log.failed_build().unwrap();
        assert_eq!(name, "fails-1.0");
        assert_eq!(lines.last(), Some("error: no such header: cuda.h"));
        assert!(said.iter().any(|said| said.line() == "fails-1.0> error: no such header: cuda.h"));
    }
}

#[test]
fn downloads_are_added_up_over_paths_and_stay_when_they_end() {
    let event = |json: &str| format!("@nix {json}\n");
    let stream: String = [
        r#"{"action":"start","id":18446744073709551000,"level":0,"text":"","type":102}"#,
        r#"{"action":"start","id":2,"level":0,"text":"","type":103,"parent":0}"#,
        r#"{"action":"result","id":18446744073709551000,"type":106,"fields":[101,3000]}"#,
        r#"{"action":"result","id":2,"type":105,"fields":[0,2,1,0]}"#,
        r#"{"action":"start","id":3,"level":3,"text":"copying","type":108,"fields":["/nix/store/00000000000000000000000000000000-zlib-1.3","https://c"]}"#,
        r#"{"action":"start","id":4,"level":4,"text":"downloading","type":101,"fields":["https://c/x"]}"#,
        r#"{"action":"result","id":4,"type":105,"fields":[1000,1000,0,0]}"#,
        r#"{"action":"stop","id":4}"#,
        r#"{"action":"start","id":5,"level":4,"text":"downloading","type":101,"fields":["https://c/y"]}"#,
        r#"{"action":"result","id":5,"type":105,"fields":[500,2000,0,0]}"#,
        r#"{"action":"result","id":2,"type":105,"fields":[0,0,0,0]}"#,
        r#"{"action":"result","id":5,"type":999,"fields":[[],{}]}"#,
        r#"{"action":"start","id":6,"level":4,"text":"what is this","type":113}"#,
    ]
    .iter()
    .map(|json| event(json))
    .collect();
    let (log, _) = read(&stream);
    let progress = log.progress();
    assert_eq!((progress.download.done, progress.download.expected), (1500, 3000));
    assert_eq!((progress.copies.done, progress.copies.expected), (0, 2));
    assert!(!progress.realising, "fetching the inputs' sources is still evaluation");
    assert_eq!(progress.now.as_deref(), Some("what is this"));
}

#[test]
fn what_is_not_from_nix_is_a_clean_line() {
    let (log, said) = read(
        "\x1b]0;evil\x07hook says hi\r\n@nix not json\n@nix {\"action\":\"dance\"}\nhalf@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"bad\"}\nlast",
    );
    let lines: Vec<String> = said.iter().map(Said::line).collect();
    assert_eq!(lines, ["hook says hi", "@nix not json", "half", "bad", "last"]);
    assert_eq!(log.errors().len(), 1);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, json in "(@nix \\{\"action\":\"(start|stop|result|msg)\",\"id\":[0-9]{1,20},\"type\":10[0-9],\"fields\":\\[[0-9\",-]{0,9}\\]\\}\n){0,20}") {
        let mut log = NixLog::new();
        log.feed(&bytes, |_| {});
        log.feed(json.as_bytes(), |_| {});
        log.feed(&bytes, |_| {});
        log.finish(|_| {});
        let download = log.progress().download;
        proptest::prop_assert!(download.done <= download.expected);
    }
}
