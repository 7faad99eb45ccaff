//! Programs that behave badly, run by the one runner: whatever they do, the run ends and nothing is left.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

use std::time::{Duration, Instant};

use nixml::edge::child::{End, Ended, Environment, Heard, Interrupt, Order, Patience, run};

#[derive(Default)]
struct Seen {
    out: Vec<u8>,
    err: Vec<u8>,
    asked: Vec<u8>,
    bytes: usize,
    silences: usize,
}

impl Seen {
    fn out(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

fn order(script: &str) -> Order {
    let short = Duration::from_millis(300);
    let mut order = Order::new("/bin/bash", std::env::temp_dir(), Environment::cleaned()).args(["-c", script]);
    order.patience = Patience { interrupt: short, terminate: short, kill: Duration::from_secs(2) };
    order
}

fn watch(order: &Order, interrupt: &Interrupt) -> (Ended, Seen) {
    let mut seen = Seen::default();
    let ended = run(order, interrupt, &mut |heard| match heard {
        Heard::Out(bytes) => {
            seen.bytes += bytes.len();
            if seen.out.len() < 1 << 20 {
                seen.out.extend_from_slice(bytes);
            }
        }
        Heard::Err(bytes) => seen.err.extend_from_slice(bytes),
        Heard::Asked(bytes) => seen.asked.extend_from_slice(bytes),
        Heard::Silent(_) => seen.silences += 1,
    })
    .unwrap();
    (ended, seen)
}

fn play(script: &str) -> (Ended, Seen) {
    watch(&order(script), &Interrupt::new())
}

/// Processes whose command line holds `word`, except our own.
fn alive(word: &str) -> Vec<u32> {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            (pid != std::process::id() && String::from_utf8_lossy(&line).contains(word)).then_some(pid)
        })
        .collect()
}

/// On a busy machine the program has ended before its output was looked at: none of it is lost.
#[test]
fn what_a_program_wrote_before_its_end_is_heard_however_late() {
    let script = "head -c 60000 /dev/zero; head -c 60000 /dev/zero >&2";
    let (mut out, mut err) = (0, 0);
    let ended = run(&order(script), &Interrupt::new(), &mut |heard| {
        match heard {
            Heard::Out(bytes) => out += bytes.len(),
            Heard::Err(bytes) => err += bytes.len(),
            _ => {}
        }
        std::thread::sleep(Duration::from_millis(300));
    })
    .unwrap();
    assert_eq!((ended.end, out, err), (End::Exit(0), 60_000, 60_000));
}

#[test]
fn output_and_exit_code_arrive_and_nothing_is_a_terminal() {
    let (ended, seen) =
        play("echo out; echo err >&2; for fd in 0 1 2; do [ -t $fd ] && echo tty $fd; done; read line || echo eof; exit 7");
    assert_eq!(ended.end, End::Exit(7));
    assert_eq!((seen.out(), String::from_utf8_lossy(&seen.err).as_ref()), ("out\neof\n".into(), "err\n"));
    assert!(ended.stuck.is_empty());
}

#[test]
fn a_terminal_has_its_size_and_still_no_input() {
    let (ended, seen) = watch(
        &order("stty size <&1; [ -t 0 ] || echo no input; [ -t 2 ] && echo shown").terminal(Some((24, 77))),
        &Interrupt::new(),
    );
    assert_eq!(ended.end, End::Exit(0));
    assert_eq!(seen.out(), "24 77\r\nno input\r\nshown\r\n");
}

#[test]
fn its_own_session_and_a_clean_environment() {
    let (_, seen) = play("cut -d' ' -f6 /proc/$$/stat; echo $$; echo ${LD_LIBRARY_PATH-none}");
    let out = seen.out();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], lines[1], "a session leader");
    assert_eq!(lines[2], "none");
}

#[test]
fn who_dies_by_a_signal_is_not_called_a_failure_of_exit() {
    assert_eq!(play("kill -SEGV $$").0.end, End::Signal(11));
}

#[test]
fn a_hang_ends_at_the_deadline() {
    let begin = Instant::now();
    let order = order("sleep 1000").deadline(Some(Instant::now() + Duration::from_millis(200)));
    assert_eq!(watch(&order, &Interrupt::new()).0.end, End::TimedOut);
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn whoever_ignores_int_and_term_is_killed() {
    let order = order("trap '' INT TERM HUP; echo ready; while :; do sleep 0.987654; done")
        .deadline(Some(Instant::now() + Duration::from_millis(300)));
    let (ended, seen) = watch(&order, &Interrupt::new());
    assert_eq!((ended.end, seen.out()), (End::TimedOut, "ready\n".into()));
    assert!(alive("0.987654").is_empty());
}

#[test]
fn grandchildren_in_sessions_of_their_own_do_not_stay() {
    // One with our mark in its environment, one without any environment, one whose parent is gone.
    let (ended, _) = play("setsid sleep 4321.5 & setsid env -i /bin/sleep 4321.6 & (setsid sleep 4321.7 &) ; sleep 1.5; exit 0");
    assert_eq!(ended.end, End::Exit(0));
    assert_eq!(alive("4321."), Vec::<u32>::new());
}

#[test]
fn an_interrupt_stops_it_and_says_which() {
    let interrupt = Interrupt::new();
    let theirs = interrupt.clone();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        theirs.stop(15);
    });
    let (ended, seen) = watch(&order("trap 'echo told; exit 1' INT; while :; do sleep 0.05; done"), &interrupt);
    thread.join().unwrap();
    assert_eq!((ended.end, seen.out()), (End::Interrupted(15), "told\n".into()));
    assert_eq!(watch(&order("sleep 1000"), &interrupt).0.end, End::Interrupted(15), "a later one does not begin");
}

#[test]
fn a_question_on_the_terminal_gets_the_end_of_input() {
    let (ended, seen) = play("printf 'password: ' >/dev/tty; read -r answer </dev/tty || echo nobody");
    assert_eq!((ended.end, seen.out()), (End::Exit(0), "nobody\n".into()));
    assert!(String::from_utf8_lossy(&seen.asked).contains("password: "));
}

#[test]
fn a_flood_and_an_endless_line_go_through() {
    let (ended, seen) = play("head -c 200000000 /dev/zero");
    assert_eq!((ended.end, seen.bytes), (End::Exit(0), 200_000_000));
}

#[test]
fn closed_pipes_are_not_the_end_and_open_ones_do_not_delay_it() {
    let (ended, _) = play("exec >&- 2>&-; sleep 0.5; exit 3");
    assert_eq!(ended.end, End::Exit(3));
    assert!(ended.duration >= Duration::from_millis(500));
    let (ended, _) = play("sleep 5432.1 & exit 4");
    assert_eq!(ended.end, End::Exit(4));
    assert!(ended.duration < Duration::from_mins(1) && alive("5432.1").is_empty());
}

#[test]
fn silence_is_told_once_a_length() {
    let mut order = order("sleep 2.7");
    order.silence = Duration::from_secs(1);
    let (_, seen) = watch(&order, &Interrupt::new());
    assert!((1..=2).contains(&seen.silences), "{}", seen.silences);
}

#[test]
fn a_missing_program_is_an_error_and_not_a_run() {
    let order = Order::new("/nonexistent/program", "/", Environment::empty());
    assert_eq!(run(&order, &Interrupt::new(), &mut |_| {}).unwrap_err().kind(), std::io::ErrorKind::NotFound);
}

fn status(key: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Runs again and again in a process of its own, where nobody else opens or starts anything.
fn repeat(times: usize) {
    const INSIDE: &str = "NIXML_TEST_REPEAT";
    if std::env::var_os(INSIDE).is_none() {
        let alone = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "runs_again_and_again_lose_nothing", "--nocapture"])
            .env(INSIDE, times.to_string())
            .output()
            .unwrap();
        assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stdout));
        return;
    }
    let times: usize = std::env::var(INSIDE).unwrap().parse().unwrap();
    let script = "sleep 0 & setsid sleep 0 & (setsid sleep 0.1 &) ; echo out; echo err >&2";
    let once = || assert_eq!(play(script).0.end, End::Exit(0));
    once();
    let (before, threads) = (descriptors(), status("Threads"));
    (0..times).for_each(|_| once());
    let begin = Instant::now();
    while (descriptors() > before || status("Threads") > threads) && begin.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(descriptors() <= before && status("Threads") <= threads);
    let me = std::process::id();
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let stats: Vec<String> = all.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok()).collect();
    let dead: Vec<&String> = stats.iter().filter(|stat| stat.contains(&format!(") Z {me} "))).collect();
    assert!(dead.is_empty(), "{dead:?}");
}

#[test]
fn runs_again_and_again_lose_nothing() {
    repeat(10);
}

#[test]
#[ignore = "long: two hundred runs"]
fn two_hundred_runs_lose_nothing() {
    repeat(200);
}
