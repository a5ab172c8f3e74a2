<?php
// SPDX-License-Identifier: Apache-2.0
// Order of versions as composer/semver has it: pairs on standard input, <, =, > or ? (no version) on standard output.
require 'Composer/Semver/autoload.php';

use Composer\Semver\Comparator;
use Composer\Semver\VersionParser;

$parser = new VersionParser();
while (($line = fgets(STDIN)) !== false) {
    [$a, $b] = explode("\t", rtrim($line, "\n"), 2);
    try {
        $a = $parser->normalize($a);
        $b = $parser->normalize($b);
    } catch (UnexpectedValueException $e) {
        echo "?\n";
        continue;
    }
    if (Comparator::equalTo($a, $b)) {
        echo "=\n";
    } elseif (Comparator::lessThan($a, $b)) {
        echo "<\n";
    } elseif (Comparator::greaterThan($a, $b)) {
        echo ">\n";
    } else {
        // Two branches have no order; ours is that of their names.
        echo strcmp($a, $b) < 0 ? "<\n" : ">\n";
    }
}
