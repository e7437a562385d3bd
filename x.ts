import { healthy } from './test/bench/volume/faults.ts'
import { startOf, TIERS, RATES, trafficOf, ZONE } from './test/bench/volume/generator.ts'
import { assay } from './test/bench/volume/assay.ts'
const S = 24
const byWeek = new Array(18).fill(0), byDir: Record<string, number> = {}, near = { holiday: 0, other: 0 }
const lines: string[] = []
for (const ch of (process.argv[2] ?? 'volume').split(',') as any[]) for (const tier of TIERS) for (const rate of RATES) for (const group of [0]) {
  const seeds = Array.from({length: S}, (_, i) => 777000 + group*1000 + i)
  const tracks = seeds.map((seed) => healthy(ch, {tier, rate, seed}, startOf(group)))
  const ep = assay(tracks, {zone: ZONE, falseAlarmsPerWeek: S*0.02})
  for (const e of ep) {
    const seed = Number(e.series.split('-')[1])
    const tr: any = trafficOf({tier, rate, seed}, startOf(group))
    const h = (e.openedAt - tr.start)/3600e3
    const hol = tr.holidays.some((d: number) => e.openedAt > d && e.openedAt <= d + 48*3600e3)
    byWeek[Math.floor(h/168)]++; const k = `${e.kind} ${e.direction} ${hol?'hol':''}`; byDir[k] = (byDir[k]??0)+1
    lines.push([tier, rate, e.series, e.kind, e.direction, 'w'+Math.floor(h/168), 'd'+Math.floor(h/24)%7, 'h'+h%24, hol?'HOLIDAY':'', (e as any).observed?.toFixed(2), (e as any).expected?.toFixed(2)].join(' '))
  }
}
console.log(byWeek.join(' ')); console.log(byDir); console.log(lines.filter(l=>!l.includes('HOL')).slice(0, 70).join('\n'))
