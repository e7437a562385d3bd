/** The one stylesheet: system font, 14 px, a 4 px grid, hairlines; colour only where something has a state. */
export const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #1b1c1e; --muted: #5b5f66; --line: #dfe1e5; --soft: #f5f6f7;
  --bad: #b3261e; --warn: #8a5300; --link: #0b57d0; --ink: #44474d; }
@media (prefers-color-scheme: dark) { :root { --ground: #131416; --text: #e4e5e7; --muted: #a2a6ad; --line: #313439;
  --soft: #1b1d20; --bad: #ff8f85; --warn: #f5b755; --link: #8ab4f8; --ink: #b9bdc4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 14px/20px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; }
header, main, footer { max-width: 1200px; margin: 0 auto; padding: 0 16px; }
header { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; padding-top: 12px; padding-bottom: 12px; }
header nav { margin-left: auto; display: flex; gap: 16px; }
header .name { font-weight: 650; color: var(--text); }
footer { padding-top: 16px; padding-bottom: 32px; color: var(--muted); }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
p a, li a, dd a, footer a { text-decoration: underline; text-underline-offset: 2px; text-decoration-color: var(--line); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 20px; line-height: 28px; font-weight: 600; margin: 8px 0 12px; max-width: 60em; text-wrap: pretty; overflow-wrap: anywhere; }
h2 { font-size: 14px; line-height: 20px; font-weight: 600; margin: 28px 0 8px; }
h3 { font-size: 14px; line-height: 20px; font-weight: 600; margin: 0 0 4px; }
p { margin: 0 0 8px; max-width: 75em; } ul { margin: 0; padding: 0; list-style: none; } em { font-style: normal; font-weight: 650; } li { overflow-wrap: anywhere; }
.muted, .muted a { color: var(--muted); } .right { text-align: right; } .nowrap { white-space: nowrap; }
.mark { white-space: nowrap; } .bad { color: var(--bad); } .warn { color: var(--warn); } .hollow { color: var(--muted); }
.strip { display: flex; flex-wrap: wrap; gap: 4px 24px; padding: 8px 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.banner { border-left: 3px solid var(--bad); padding: 4px 12px; margin: 12px 0; overflow-wrap: anywhere; } .banner.quiet { border-color: var(--warn); } .banner .mark { white-space: normal; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 360px), 1fr)); gap: 0 32px; }
.card { padding: 12px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.card { max-width: 720px; }
.bars { display: grid; grid-template-columns: auto auto 1fr; gap: 0 8px; align-items: center; margin: 4px 0; width: fit-content; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 400; color: var(--muted); padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td, tbody th { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; } th:last-child, td:last-child { padding-right: 0; }
th.right { text-align: right; } td.name, th.name { font-weight: 600; color: var(--text); overflow-wrap: anywhere; min-width: 120px; white-space: normal; }
tr.lead td, tr.lead th { border-bottom: 0; padding-bottom: 0; } tr.more > td { padding-top: 0; }
td.cell a { color: inherit; display: block; white-space: nowrap; } td.cell small { font-size: 12px; line-height: 16px; color: var(--muted); }
summary { cursor: pointer; color: var(--muted); } details[open] > summary { margin-bottom: 4px; } details li { padding: 2px 0; }
svg { display: block; overflow: visible; fill: none; } text { fill: var(--muted); font-size: 11px; }
.ratio { width: 72px; height: 14px; margin-top: 2px; } .ratio path { stroke: var(--ink); stroke-width: 1.5; } .ratio circle { fill: var(--ink); }
.ratio .tick { stroke: var(--muted); stroke-width: 1; } .ratio .none { stroke-dasharray: 2 3; stroke: var(--muted); }
.ratio .rail, .ratio .left { stroke-width: 3; } .ratio .rail { stroke: var(--line); } .ratio .left { stroke: var(--muted); } .ratio .spent { stroke: var(--bad); }
.share.all rect { fill: var(--muted); } .share rect.rail { fill: var(--line); }
.share { width: 160px; height: 8px; } .share.bad rect:last-child { fill: var(--bad); }
.spark { width: 96px; height: 20px; } .spark path { stroke: var(--ink); stroke-width: 1.25; }
.course { width: 100%; height: auto; max-width: 960px; } .course .line { stroke: var(--text); stroke-width: 1.5; }
.course .band { fill: var(--line); opacity: 0.8; stroke: none; } .course .expected { stroke: var(--muted); stroke-dasharray: 2 3; }
.course .threshold { stroke: var(--bad); stroke-dasharray: 4 3; } .course .tick { stroke: var(--line); }
pre, code { font: 12px/16px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); padding: 8px 12px; margin: 4px 0 8px; overflow: auto; max-height: 420px; }
pre.runbook { max-height: none; white-space: pre-wrap; background: none; border: 0; padding: 0; max-width: 72ch; }
button { font: inherit; color: var(--link); background: none; border: 1px solid var(--line); border-radius: 4px; padding: 0 8px; cursor: pointer; display: none; }
.scripted button { display: inline-block; }
dl { display: grid; grid-template-columns: minmax(88px, max-content) 1fr; gap: 4px 16px; margin: 0; } dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
.cols { display: flex; flex-wrap: wrap; gap: 4px 24px; }
mark { background: none; color: var(--bad); font-weight: 600; }
@media (max-width: 640px) { header, main, footer { padding-left: 12px; padding-right: 12px; } h1 { font-size: 16px; line-height: 24px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } .course text { font-size: 20px; } }
.scorecard p .mark, .scorecard li .mark { white-space: normal; } .scorecard .score b { font-size: 28px; line-height: 32px; font-weight: 650; } .scorecard .formula { padding-left: 20px; margin: 0; font-size: 12px; line-height: 16px; }
.scorecard td { padding-right: 12px; } .scorecard .care td { white-space: nowrap; } .scorecard th small { display: block; font-weight: 400; color: var(--muted); } .scorecard td small { display: block; font-size: 12px; line-height: 16px; color: var(--muted); white-space: nowrap; }
@page { size: A4; margin: 10mm; }
@media print { header nav, button, .print-no { display: none; } .wide { overflow: visible; } :root { color-scheme: light; --ground: #fff; --text: #000; --muted: #444; --line: #bbb; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; } header, footer { padding-top: 0; padding-bottom: 4px; font-size: 9px; line-height: 12px; }
  .scorecard { font-size: 8.5px; line-height: 11px; } .scorecard h1 { font-size: 14px; line-height: 18px; margin: 2px 0 4px; } .scorecard h2 { font-size: 10px; line-height: 12px; margin: 8px 0 2px; }
  .scorecard td, .scorecard th { padding: 1.5px 6px 1.5px 0; } .scorecard td small, .scorecard .formula { font-size: 7.5px; line-height: 9.5px; } .scorecard th.name { min-width: 0; }
  .scorecard .score b { font-size: 18px; line-height: 20px; } .scorecard .ratio { width: 54px; height: 10px; margin-top: 1px; } .scorecard .slos { display: none; } .scorecard li, .scorecard tr { break-inside: avoid; } }
`
