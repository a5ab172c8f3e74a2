<?php
// SPDX-License-Identifier: Apache-2.0
// Which versions a constraint holds as composer/semver has it: "constraint TAB version" on standard input, +, - or ? (neither) on output.
require 'Composer/Semver/autoload.php';

while (($line = fgets(STDIN)) !== false) {
    [$constraint, $version] = explode("\t", rtrim($line, "\n"), 2);
    try {
        echo Composer\Semver\Semver::satisfies($version, $constraint) ? "+\n" : "-\n";
    } catch (Exception $e) {
        echo "?\n";
    }
}
