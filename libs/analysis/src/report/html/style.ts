/** The page's only style sheet. No style attributes anywhere: the page's policy refuses them. */
export const STYLE = `
:root { color-scheme: light dark; --bg:#f7f6f3; --card:#fff; --ink:#1d1b16; --soft:#6b665a; --line:#e4e0d6; --code:#faf9f6; --accent:#b7791f; --accent-ink:#7a4e0c;
  --critical:#b3123e; --high:#b93a12; --medium:#8f6000; --low:#2c6a90; --info:#636b75; --mark:#fff1c9; --hot:#d0471d; --good:#2c7a43; --cell:#eceae3; }
@media (prefers-color-scheme: dark) { :root { --bg:#14130f; --card:#1d1b17; --ink:#ece8dd; --soft:#a19a89; --line:#35322a; --code:#171511; --accent:#e3a83f; --accent-ink:#f0c674;
  --critical:#ff5c83; --high:#ff8159; --medium:#e9b949; --low:#6cb2dd; --info:#9aa3ad; --mark:#3f3415; --hot:#ff6a3d; --good:#6cc084; --cell:#2b2822; } }
* { box-sizing:border-box; }
html { scroll-behavior:smooth; scroll-padding-top:4.5rem; }
body { margin:0; background:var(--bg); color:var(--ink); font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif; }
main { max-width:76rem; margin:0 auto; padding:2rem 1.5rem 5rem; }
h1 { font-size:1.6rem; margin:0; letter-spacing:-.01em; overflow-wrap:anywhere; } h2 { font-size:1.15rem; margin:2.6rem 0 .35rem; letter-spacing:-.005em; }
h3 { font-size:.95rem; margin:0; font-weight:600; overflow-wrap:anywhere; }
p { margin:.3rem 0; } .soft { color:var(--soft); } .small { font-size:.85rem; } a { color:var(--accent-ink); text-decoration-thickness:1px; text-underline-offset:2px; }
code, pre, .path { font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace; font-size:.86em; }
.card { background:var(--card); border:1px solid var(--line); border-radius:12px; }
.brand { display:flex; align-items:center; gap:.5rem; color:var(--soft); font-size:.85rem; margin-bottom:1rem; } .brand svg { width:22px; height:22px; fill:var(--accent); }
.hero { display:grid; grid-template-columns:auto 1fr; gap:1.2rem 2rem; padding:1.6rem 1.8rem; align-items:center; }
.ring { width:132px; height:132px; } .ring .track { stroke:var(--cell); } .ring .A,.ring .B { stroke:var(--good); } .ring .C { stroke:var(--medium); } .ring .D { stroke:var(--high); } .ring .E { stroke:var(--critical); }
.ring circle { fill:none; stroke-width:9; stroke-linecap:round; } .ring text { fill:var(--ink); text-anchor:middle; font-weight:700; font-size:32px; } .ring .of { font-size:10.5px; font-weight:500; fill:var(--soft); }
.verdict { font-size:1.02rem; margin:.35rem 0 .9rem; max-width:60ch; }
.bar { width:100%; height:10px; border-radius:5px; display:block; background:var(--cell); }
.chips { display:flex; flex-wrap:wrap; gap:.45rem; margin-top:.7rem; }
.chip { display:inline-flex; gap:.4rem; align-items:center; border:1px solid var(--line); border-radius:999px; padding:.14rem .7rem; font-size:.85rem; background:transparent; color:inherit; font-family:inherit; }
.dot { width:.62rem; height:.62rem; border-radius:50%; background:currentColor; flex:none; }
.chip b { font-weight:650; font-variant-numeric:tabular-nums; } .zero { opacity:.5; }
.critical { --s:var(--critical); } .high { --s:var(--high); } .medium { --s:var(--medium); } .low { --s:var(--low); } .info { --s:var(--info); }
.dot.critical,.dot.high,.dot.medium,.dot.low,.dot.info { color:var(--s); } rect.critical,rect.high,rect.medium,rect.low,rect.info { fill:var(--s); }
.facts { display:grid; grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr)); margin-top:1rem; overflow:hidden; } .facts div { padding:.75rem 1rem; box-shadow:0 0 0 .5px var(--line); }
.facts b { display:block; font-size:1.25rem; font-variant-numeric:tabular-nums; letter-spacing:-.01em; } .facts span { color:var(--soft); font-size:.82rem; }
.hot { display:grid; grid-template-columns:minmax(0,3fr) minmax(0,2fr); gap:1rem; align-items:start; } .hot > * { padding:1rem; }
.map { width:100%; height:auto; display:block; } .map .cell { fill:var(--cell); stroke:var(--card); stroke-width:2; } .map .heat { fill:var(--hot); } .map text { fill:var(--ink); font-size:11px; pointer-events:none; } .map a:hover .cell,.map a:focus .cell { stroke:var(--ink); }
table { border-collapse:collapse; width:100%; font-size:.88rem; } th { text-align:left; font-weight:600; color:var(--soft); font-size:.8rem; } th,td { padding:.32rem .5rem; border-bottom:1px solid var(--line); vertical-align:top; } tr:last-child td { border-bottom:0; } td.n, th.n { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap; } td .path { overflow-wrap:anywhere; } .folder { display:block; font-size:.76rem; }
.tools { position:sticky; top:0; z-index:2; display:flex; flex-wrap:wrap; gap:.45rem; align-items:center; padding:.6rem 0; background:var(--bg); border-bottom:1px solid var(--line); margin-bottom:1rem; }
.tools input { flex:1 1 12rem; min-width:8rem; font:inherit; padding:.32rem .7rem; border:1px solid var(--line); border-radius:8px; background:var(--card); color:inherit; } .tools button { cursor:pointer; } .tools button[aria-pressed=false] { opacity:.42; } .tools select { font:inherit; font-size:.88rem; padding:.28rem .5rem; border:1px solid var(--line); border-radius:8px; background:var(--card); color:inherit; }
:focus-visible { outline:2px solid var(--accent); outline-offset:2px; }
.file { margin:0 0 1rem; overflow:hidden; content-visibility:auto; contain-intrinsic-size:auto 12rem; } .file > header { display:flex; flex-wrap:wrap; gap:.2rem .9rem; align-items:baseline; padding:.7rem 1rem; border-bottom:1px solid var(--line); } .file > header h3 { flex:1 1 20rem; }
details.finding { border-bottom:1px solid var(--line); } details.finding:last-child { border-bottom:0; }
.finding > summary { cursor:pointer; list-style:none; display:grid; grid-template-columns:5.2rem minmax(0,1fr) auto; gap:.8rem; padding:.55rem 1rem; align-items:baseline; } .finding > summary::-webkit-details-marker { display:none; } .finding > summary:hover { background:var(--code); } .finding[open] > summary { background:var(--code); }
.badge { justify-self:start; font-size:.72rem; font-weight:650; text-transform:uppercase; letter-spacing:.04em; color:var(--s); border:1px solid var(--s); border-radius:5px; padding:0 .38rem; }
.finding .what b { font-weight:600; } .finding .what span { color:var(--soft); overflow-wrap:anywhere; }
.more { padding:.2rem 1rem 1rem; } .more dl { display:grid; grid-template-columns:max-content minmax(0,1fr); gap:.25rem 1rem; margin:.7rem 0 0; font-size:.9rem; } .more dt { color:var(--soft); } .more dd { margin:0; overflow-wrap:anywhere; }
pre.lines { margin:.5rem 0 0; background:var(--code); border:1px solid var(--line); border-radius:8px; overflow-x:auto; line-height:1.5; padding:.4rem 0; tab-size:2; }
.lines .l { display:block; padding:0 .9rem 0 0; min-width:max-content; } .lines .l::before { content:attr(data-n); display:inline-block; width:3.6rem; text-align:right; padding-right:1rem; color:var(--soft); user-select:none; opacity:.8; } .lines .cut { color:var(--soft); } .lines .on { background:var(--mark); box-shadow:inset 3px 0 var(--s); }
.gantt { width:100%; height:auto; display:block; } .gantt text { fill:var(--soft); font-size:11px; } .gantt line { stroke:var(--line); } .gantt .completed { fill:var(--accent); } .gantt .failed { fill:var(--critical); } .gantt .canceled,.gantt .running { fill:var(--info); }
.scroll { overflow-x:auto; } .none { padding:1.4rem; text-align:center; color:var(--soft); } details.plain > summary { cursor:pointer; padding:.5rem 1rem; } .plain ul { margin:.2rem 0 .8rem; padding:0 1rem 0 2.2rem; columns:2 24rem; font-size:.85rem; } .plain li { overflow-wrap:anywhere; }
.first { list-style:none; margin:0; padding:0; } .first li { display:grid; grid-template-columns:5.2rem minmax(0,1fr) auto; gap:.8rem; padding:.6rem 1rem; border-bottom:1px solid var(--line); align-items:baseline; overflow-wrap:anywhere; } .first li:last-child { border-bottom:0; } .hours { white-space:nowrap; }
.badge.new { --s:var(--accent-ink); margin-left:.2rem; } .scope { padding:.7rem 1rem; margin:1rem 0 0; }
.trend { display:grid; grid-template-columns:minmax(0,2fr) minmax(0,1fr); gap:1rem; align-items:stretch; } .trend > .card { padding:1rem; } .trend + details, .hot + details { margin-top:1rem; }
.deltas { display:grid; grid-template-columns:1fr 1fr; align-content:center; gap:.9rem 1rem; } .deltas b { display:block; font-size:1.5rem; line-height:1.2; font-variant-numeric:tabular-nums; letter-spacing:-.01em; } .deltas span { color:var(--soft); font-size:.82rem; } .better { color:var(--good); } .worse { color:var(--high); }
.curve,.scatter { width:100%; height:auto; display:block; } .curve line,.scatter line { stroke:var(--line); } .curve text,.scatter text { fill:var(--soft); font-size:11px; } .curve rect { fill:var(--cell); } .curve polyline { fill:none; stroke:var(--accent); stroke-width:2.5; stroke-linejoin:round; } .curve circle { fill:var(--accent); }
.scatter .dot-file { fill:var(--hot); stroke:var(--card); stroke-width:1; } .scatter a:hover .dot-file,.scatter a:focus .dot-file { stroke:var(--ink); stroke-width:2; } .scatter .name { fill:var(--ink); font-weight:600; pointer-events:none; paint-order:stroke; stroke:var(--card); stroke-width:3px; } .inset { padding:0 1rem 1rem; }
.plain ul.known { columns:auto; list-style:none; padding-left:1rem; } .known li { padding:.15rem 0; }
.skip { position:absolute; left:-99rem; } .skip:focus { left:1rem; top:.6rem; z-index:3; background:var(--card); padding:.4rem .8rem; border:1px solid var(--line); border-radius:8px; }
[hidden] { display:none !important; } footer { margin-top:3rem; color:var(--soft); font-size:.83rem; }
@media (max-width:46rem) { main { padding:1.2rem .9rem 3rem; } .hero { grid-template-columns:1fr; padding:1.2rem; } .hot,.trend { grid-template-columns:minmax(0,1fr); } .first li { grid-template-columns:auto minmax(0,1fr); } .first .hours { display:none; } .hot > .card:first-child,.trend > .card:first-child,.inset { overflow-x:auto; } .scatter,.map { min-width:36rem; } .curve { min-width:28rem; } .finding > summary { grid-template-columns:auto minmax(0,1fr); } .finding > summary .at { grid-column:2; } .more dl { grid-template-columns:1fr; gap:.1rem; } .more dd { margin-bottom:.4rem; } }
@media print {
  :root { color-scheme:light; --bg:#fff; --card:#fff; --ink:#1d1b16; --soft:#55503f; --line:#d5d0c4; --code:#faf9f6; --mark:#fff1c9; --cell:#eceae3; }
  .tools,.skip { display:none; } body { font-size:11pt; } main { max-width:none; padding:0; } .file { content-visibility:visible; break-inside:auto; } h2,header,.finding > summary { break-after:avoid; } pre.lines { white-space:pre-wrap; overflow:visible; } .lines .l { min-width:0; }
  details::details-content { content-visibility:visible; display:block; block-size:auto; }
}
`;
