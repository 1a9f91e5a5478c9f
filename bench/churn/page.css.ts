/** Of churn.html: by hand, because the page has no other file. */
export const CSS = `
:root { color-scheme: light dark; --ground: #fbfaf8; --card: #fff; --ink: #1d1c1a; --faint: #5f5b55; --line: #dcd8d1;
  --bad: #a32020; --s0: #0b6e99; --s1: #b3541e; --s2: #6b4c9a; --s3: #1f6b3a; --s4: #9a2a5c; --s5: #6b5a10; }
@media (prefers-color-scheme: dark) { :root { --ground: #161513; --card: #201f1c; --ink: #efece6; --faint: #aaa59c;
  --line: #3b3833; --bad: #ff8d85; --s0: #6cc3ea; --s1: #f0a06a; --s2: #c2a5ee; --s3: #7dd39b; --s4: #f08bb7; --s5: #d9c35f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1000px; padding: 32px 20px 64px; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 21px; margin: 40px 0 6px; }
p, li { max-width: 75ch; }
p { margin: 6px 0; }
.faint, .key { color: var(--faint); font-size: 14px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px; margin-top: 12px; }
.scroll { overflow-x: auto; }
.scroll > svg { min-width: 560px; }
.card svg { width: 100%; height: auto; display: block; }
table { border-collapse: collapse; font-size: 14px; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 0 6px 16px; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child { text-align: left; padding-left: 0; min-width: 11em; }
th { font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
dt { font-weight: 600; margin-top: 10px; } dd { margin: 0; max-width: 75ch; }
svg text { font: 13px system-ui, sans-serif; fill: var(--faint); }
svg .value { fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--line); }
svg .range, svg polyline, svg .open { fill: none; stroke: currentColor; stroke-width: 2; }
svg circle, svg rect, svg path { fill: currentColor; }
svg .range { opacity: 0.45; }
.key { list-style: none; padding: 0; margin: 0 0 10px; display: flex; flex-wrap: wrap; gap: 2px 18px; }
.card .key svg { display: inline-block; width: 14px; height: 14px; margin-right: 6px; vertical-align: -2px; }
.series-0 { color: var(--s0); } .series-1 { color: var(--s1); } .series-2 { color: var(--s2); }
.series-3 { color: var(--s3); } .series-4 { color: var(--s4); } .series-5 { color: var(--s5); }
`;
