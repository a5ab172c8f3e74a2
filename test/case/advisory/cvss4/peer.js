// SPDX-License-Identifier: Apache-2.0
// How the digests in test/unit/advisory/test-cvss.c were made: the scores of all base vectors, and of 20,000 vectors with threat and
// environmental metrics, as an independent implementation (npm's ae-cvss-calculator 1.0.13) computes them.
// With the package installed beside: node peer.js [--vectors]
const { createHash } = require('crypto');
const { Cvss4P0 } = require('ae-cvss-calculator');
const base = [['AV', 'NALP'], ['AC', 'LH'], ['AT', 'NP'], ['PR', 'NLH'], ['UI', 'NPA'], ['VC', 'HLN'], ['VI', 'HLN'], ['VA', 'HLN'],
  ['SC', 'HLN'], ['SI', 'HLN'], ['SA', 'HLN']];
const more = [['E', 'XAPU'], ['CR', 'XHML'], ['IR', 'XHML'], ['AR', 'XHML'], ['MAV', 'XNALP'], ['MAC', 'XLH'], ['MAT', 'XNP'],
  ['MPR', 'XNLH'], ['MUI', 'XNPA'], ['MVC', 'XHLN'], ['MVI', 'XHLN'], ['MVA', 'XHLN'], ['MSC', 'XHLN'], ['MSI', 'XHLNS'], ['MSA', 'XHLNS']];
const show = process.argv[2] === '--vectors';
const score = (v) => {
  const s = Math.round(10 * new Cvss4P0(v).calculateScores().overall);
  if (show) console.log(v, s);
  return s;
};
const digest = (scores) => createHash('sha256').update(Buffer.from(scores)).digest('hex');

const all = [];
const walk = (i, v) => {
  if (i === base.length) { all.push(score(v)); return; }
  for (const c of base[i][1]) walk(i + 1, `${v}/${base[i][0]}:${c}`);
};
walk(0, 'CVSS:4.0');

let seed = 42;
const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff; return (seed >> 8) % n; };
const some = [];
for (let k = 0; k < 20000; k++) {
  let v = 'CVSS:4.0';
  for (const [name, values] of base) v += `/${name}:${values[random(values.length)]}`;
  for (const [name, values] of more) if (random(2)) v += `/${name}:${values[random(values.length)]}`;
  some.push(score(v));
}
if (!show) console.log(`${digest(all)}\n${digest(some)}`);
