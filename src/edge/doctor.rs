//! Runs checks with a deadline each and measures them: one that hangs or crashes is `broken`, and the others still run.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::core::catalog::Catalog;
use crate::core::doctor::{Case, Check, broken, examine};
use crate::core::facts::Facts;
use crate::core::finding::Finding;
use crate::core::plan::Plan;

/// Checks are arithmetic on facts: one that takes this long will not end.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// The name of the threads that run checks.
const THREAD: &str = "nixml doctor";

/// What the checks look at.
#[derive(Debug, Default)]
pub struct Patient {
    pub facts: Facts,
    pub plan: Option<Plan>,
    pub catalog: Option<Catalog>,
}

/// One finding a check, in their order.
#[must_use]
pub fn run(checks: &[&'static Check], patient: &Arc<Patient>, deadline: Duration) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::with_capacity(checks.len());
    while findings.len() < checks.len() {
        let rest = checks[findings.len()..].to_vec();
        let (send, receive) = mpsc::channel();
        let own = Arc::clone(patient);
        let started = thread::Builder::new().name(THREAD.to_owned()).spawn(move || work(&rest, &own, &send));
        if let Err(error) = started {
            let how = format!("no thread could be started: {error}");
            findings.extend(checks[findings.len()..].iter().map(|check| broken(check, &how)));
            break;
        }
        while let Some(check) = checks.get(findings.len()) {
            match receive.recv_timeout(deadline) {
                Ok(finding) => findings.push(finding),
                Err(ended) => {
                    let how = match ended {
                        RecvTimeoutError::Timeout => format!("the check did not end within {} ms", deadline.as_millis()),
                        RecvTimeoutError::Disconnected => "the check ended its thread".to_owned(),
                    };
                    findings.push(broken(check, &how));
                    break; // The thread is lost; a new one goes on with the next check.
                }
            }
        }
    }
    findings
}

fn work(checks: &[&'static Check], patient: &Patient, send: &Sender<Finding>) {
    let case = Case { facts: &patient.facts, plan: patient.plan.as_ref(), catalog: patient.catalog.as_ref() };
    for check in checks {
        let began = Instant::now();
        let mut finding = examine(check, case);
        finding.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if send.send(finding).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::doctor::Judged;
    use crate::core::finding::Verdict;

    const fn check(id: &'static str, run: fn(&Case<'_>) -> Judged) -> Check {
        Check { id, title: "a check", codes: &[], facts: &[], run, examples: &[] }
    }

    static GOOD: Check = check("good", |_| Judged::pass("fine"));
    static CRASHING: Check = check("crashing", |_| panic!("the sky fell"));
    static HANGING: Check = check("hanging", |_| {
        loop {
            thread::sleep(Duration::from_mins(1));
        }
    });

    #[test]
    fn what_hangs_or_crashes_is_broken_and_the_others_run() {
        // Long enough for the backtrace of the one that crashes, which a busy machine takes its time to print.
        let checks: &[&'static Check] = &[&GOOD, &CRASHING, &HANGING, &GOOD];
        let findings = run(checks, &Arc::new(Patient::default()), Duration::from_secs(4));
        let seen: Vec<_> = findings.iter().map(|finding| (finding.check.as_str(), finding.verdict)).collect();
        assert_eq!(
            seen,
            [("good", Verdict::Pass), ("crashing", Verdict::Broken), ("hanging", Verdict::Broken), ("good", Verdict::Pass)]
        );
        assert!(findings[1].seen.contains("the sky fell") && findings[2].seen.contains("4000 ms"), "{findings:?}");
    }
}
