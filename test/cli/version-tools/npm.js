// SPDX-License-Identifier: Apache-2.0
// Order of versions as node-semver has it, loose: pairs on standard input, <, =, > or ? (no version) on standard output.
const path = require('path')
const fs = require('fs')
function semver () {
  try {
    return require('semver')
  } catch (_) {
    return require(path.join(path.dirname(fs.realpathSync(process.execPath)), '../lib/node_modules/npm/node_modules/semver'))
  }
}
const { SemVer } = semver()
// Not parse(), which refuses spaces in older releases.
function read (v) {
  try {
    return new SemVer(v, { loose: true })
  } catch (_) {
    return null
  }
}
const out = []
for (const line of fs.readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
  const [a, b] = line.split('\t').map(read)
  out.push(a && b ? '<=>'[a.compare(b) + 1] : '?')
}
console.log(out.join('\n'))
