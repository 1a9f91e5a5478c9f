/** Of audit.html: by hand, because the page has no other file. */
export const CSS = `
:root { color-scheme: light dark; --ground: #fbfaf8; --card: #fff; --ink: #1d1c1a; --faint: #6a6660; --line: #dcd8d1;
  --one: #0b6e99; --two: #b3541e; --three: #6b4c9a; --bad: #a32020; --good: #1f6b3a; }
@media (prefers-color-scheme: dark) { :root { --ground: #161513; --card: #201f1c; --ink: #efece6; --faint: #a8a39a;
  --line: #3b3833; --one: #6cc3ea; --two: #f0a06a; --three: #c2a5ee; --bad: #ff8d85; --good: #7dd39b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1200px; padding: 32px 20px 64px; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 21px; margin: 44px 0 8px; }
h3 { font-size: 16px; margin: 24px 0 4px; }
h3::first-letter, tbody th::first-letter { text-transform: uppercase; }
p { max-width: 72ch; margin: 6px 0; }
.faint, figcaption, .key { color: var(--faint); font-size: 14px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; }
.main { font-weight: 700; }
.bad { color: var(--bad); } .good { color: var(--good); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 20px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px; }
.card h3 { margin-top: 0; }
.card > svg { width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--faint); }
svg .grid { stroke: var(--line); }
.line-0 { color: var(--one); } .line-1 { color: var(--two); } .line-2 { color: var(--three); }
svg polygon { fill: currentColor; opacity: 0.1; }
svg polyline, .key line { fill: none; stroke: currentColor; stroke-width: 2; }
svg circle { fill: currentColor; }
.key { list-style: none; padding: 0; margin: 6px 0 0; display: flex; flex-wrap: wrap; gap: 2px 16px; }
.key svg { width: 28px; height: 8px; margin-right: 6px; }
.exhibit { display: grid; grid-template-columns: repeat(3, minmax(0, 180px)); gap: 12px; margin: 12px 0 20px; }
.exhibit figure { margin: 0; }
.exhibit img { width: 100%; height: auto; border: 1px solid var(--line); border-radius: 4px; background: #fff; }
`;
