//! What is printed of each scenario, and the report for whoever counts tests.

use crate::scenarios::Outcome;
use std::{fs, path::Path, time::Duration};

/// The scenarios that have ended.
#[derive(Default)]
pub(crate) struct Report {
    cases: Vec<Case>,
}

struct Case {
    name: &'static str,
    took: Duration,
    ended: anyhow::Result<Outcome>,
}

impl Report {
    /// Adds a scenario's end and prints it.
    pub(crate) fn add(&mut self, name: &'static str, took: Duration, ended: anyhow::Result<Outcome>) {
        let (word, told) = match &ended {
            Ok(Outcome::Passed(figures)) => ("ok", figures.clone()),
            Ok(Outcome::Skipped(reason)) => ("skipped", reason.clone()),
            Err(error) => ("FAILED", format!("{error:#}")),
        };
        println!("{word:<8} {:>6.1}s  {name:<26} {told}", took.as_secs_f64());
        self.cases.push(Case { name, took, ended });
    }

    fn count(&self, is: impl Fn(&anyhow::Result<Outcome>) -> bool) -> usize {
        self.cases.iter().filter(|case| is(&case.ended)).count()
    }

    /// Prints the count, writes the report as JUnit's XML, and answers whether nothing failed.
    pub(crate) fn finish(&self, path: &Path) -> anyhow::Result<bool> {
        let failed = self.count(Result::is_err);
        let skipped = self.count(|ended| matches!(ended, Ok(Outcome::Skipped(_))));
        let passed = self.cases.len() - failed - skipped;
        let cases: String = self.cases.iter().map(Case::xml).collect();
        let totals = format!("tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\"", self.cases.len());
        fs::write(path, format!("<testsuites name=\"faults\" {totals}>\n{cases}</testsuites>\n"))?;
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        Ok(failed == 0)
    }
}

impl Case {
    fn xml(&self) -> String {
        let inner = match &self.ended {
            Ok(Outcome::Passed(_)) => String::new(),
            Ok(Outcome::Skipped(reason)) => format!("<skipped message=\"{}\"/>", escaped(reason)),
            Err(error) => format!("<failure message=\"{}\"/>", escaped(&format!("{error:#}"))),
        };
        format!("  <testcase name=\"{}\" time=\"{:.3}\">{inner}</testcase>\n", self.name, self.took.as_secs_f64())
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
