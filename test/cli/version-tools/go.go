// SPDX-License-Identifier: Apache-2.0

// Order of versions as golang.org/x/mod/semver has it: pairs on standard input, <, =, > or ? (no version) on standard output.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

// OSV writes versions of Go without the "v".
func withV(v string) string {
	if strings.HasPrefix(v, "v") {
		return v
	}
	return "v" + v
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		pair := strings.SplitN(lines.Text(), "\t", 2)
		a, b := withV(pair[0]), withV(pair[1])
		if !semver.IsValid(a) || !semver.IsValid(b) {
			fmt.Println("?")
		} else {
			fmt.Println(string("<=>"[semver.Compare(a, b)+1]))
		}
	}
}
