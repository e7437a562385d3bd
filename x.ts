import { runCell } from './test/bench/volume/cell.ts'
const t0 = performance.now()
const t = runCell({tier: 'normal', rate: 500, group: 0, seeds: Array.from({length: 20}, (_, i) => 100+i)})
console.log(performance.now()-t0)
for (const x of t) console.log(x.fault.padEnd(35), x.contender.padEnd(12), x.hits, x.n, x.delays.join(' ').slice(0,50))
