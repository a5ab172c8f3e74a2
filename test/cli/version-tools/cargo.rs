// SPDX-License-Identifier: Apache-2.0
// Precedence of versions as the crate semver has it: pairs on standard input, <, =, > or ? (no version) on standard output.
use std::cmp::Ordering;
use std::io::BufRead;

// cmp() of versions without build metadata is cmp_precedence(), which older releases of the crate have not.
fn parse(v: &str) -> Option<semver::Version> {
    let mut v = semver::Version::parse(v).ok()?;
    v.build = semver::BuildMetadata::EMPTY;
    Some(v)
}

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (a, b) = line.split_once('\t').unwrap();
        println!(
            "{}",
            match (parse(a), parse(b)) {
                (Some(a), Some(b)) => match a.cmp(&b) {
                    Ordering::Less => "<",
                    Ordering::Equal => "=",
                    Ordering::Greater => ">",
                },
                _ => "?",
            }
        );
    }
}
