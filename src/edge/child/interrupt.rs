//! Somebody wants it to end: a signal to nixml, or a key in the wizard. Every running child hears of it.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::edge::ending;

/// Which signal, and how often: whoever asks twice does not want to wait.
type Asked = Option<(u8, u32)>;

/// A wish to end, shared by everything that waits. Copies are the same wish.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<watch::Sender<Asked>>);

impl Default for Interrupt {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Interrupt {
    /// Nobody asks but [`Interrupt::stop`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// SIGINT, SIGTERM and SIGHUP to nixml ask, from now until the process ends. SIGHUP that was ignored at the start (`nohup`)
    /// stays ignored.
    #[must_use]
    pub fn from_signals() -> Self {
        let interrupt = Self::new();
        let theirs = interrupt.clone();
        let hangup_ignored = ending::ignored(1);
        ending::take_over();
        let (ready, is_ready) = std::sync::mpsc::channel::<()>();
        // Without the thread a signal ends nixml at once, as the system does by itself: its child then hears the hang-up.
        let _ = std::thread::Builder::new().name("signals".into()).spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
            runtime.block_on(async {
                let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
                else {
                    return;
                };
                let mut hangup = if hangup_ignored { None } else { signal(SignalKind::hangup()).ok() };
                drop(ready);
                loop {
                    let hung_up = async {
                        match &mut hangup {
                            Some(hangup) => hangup.recv().await,
                            None => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        _ = interrupt.recv() => theirs.stop(2),
                        _ = terminate.recv() => theirs.stop(15),
                        _ = hung_up => theirs.stop(1),
                    }
                }
            });
        });
        let _ = is_ready.recv();
        interrupt
    }

    /// Asks to end as signal `number` does.
    pub fn stop(&self, number: u8) {
        self.0.send_modify(|asked| *asked = Some(asked.map_or((number, 1), |(first, times)| (first, times.saturating_add(1)))));
    }

    /// The first signal that asked.
    #[must_use]
    pub fn asked(&self) -> Option<u8> {
        self.0.borrow().map(|(number, _)| number)
    }

    pub(super) fn watch(&self) -> watch::Receiver<Asked> {
        let mut receiver = self.0.subscribe();
        receiver.mark_changed();
        receiver
    }
}
