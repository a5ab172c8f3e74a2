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
const { parse, compare } = semver()
const out = []
for (const line of fs.readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
  const [a, b] = line.split('\t')
  if (!parse(a, { loose: true }) || !parse(b, { loose: true })) {
    out.push('?')
  } else {
    out.push('<=>'[compare(a, b, { loose: true }) + 1])
  }
}
console.log(out.join('\n'))
