/**
 * The look of the report: no font, image or script from elsewhere. Colours of series keep their hue in the dark. On paper
 * it is always light. The Korean faces come before the system's own, so that both scripts are from one family.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --ink: #16202c; --soft: #5b6774; --faint: #8a94a0; --line: #e2e6eb; --track: #edf0f3;
  --accent: #2b62c9; --hero: #2b62c9; --good: #18794e; --good-back: #e4f4ec; --warn: #9a5b00; --warn-back: #fdf1dc; --bad: #b4232f; --bad-back: #fde9ea;
  --series-0: #3b74d8; --series-1: #16988c; --series-2: #e07b2e; --series-3: #8b5fd3; --series-4: #d2588d; --series-5: #b08f1c;
  --series-6: #3fa3d4; --series-rest: #98a2ad;
  --volume: #3b74d8; --price: #e07b2e; --band: #3b74d8;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f141a; --card: #171e26; --ink: #e8edf2; --soft: #a3aebb; --faint: #7c8894; --line: #2a333d; --track: #232c36;
    --accent: #7eaaf5; --hero: #24509f; --good: #6fd3a4; --good-back: #15372a; --warn: #f0bd6b; --warn-back: #3a2b10; --bad: #f59aa1; --bad-back: #43191d;
    --series-0: #6c9cf2; --series-1: #3dbfb2; --series-2: #f09c58; --series-3: #ad8aec; --series-4: #ec86b3; --series-5: #d5b84f;
    --series-6: #75c3ea; --series-rest: #7c8792;
    --volume: #6c9cf2; --price: #f09c58; --band: #6c9cf2;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 "Pretendard", "Apple SD Gothic Neo", "Noto Sans KR", "Noto Sans CJK KR", system-ui, "Segoe UI", "Malgun Gothic", "NanumGothic", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1120px; margin: 0 auto; padding: 36px 24px 24px; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: flex-end; gap: 8px 24px; margin-bottom: 20px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 17px; line-height: 1.3; margin: 0 0 4px; }
h3 { font-size: 14px; margin: 18px 0 4px; color: var(--soft); font-weight: 600; }
p { margin: 0; }
.window { font-size: 17px; margin-top: 4px; }
.meta { color: var(--soft); font-size: 13px; text-align: right; }
.note { color: var(--soft); font-size: 13px; max-width: 78ch; }
.headline { font-size: 16px; margin: 0 0 18px; max-width: 92ch; }
.banner { padding: 10px 16px; border-radius: 10px; margin: 0 0 16px; background: var(--bad-back); color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(6, 1fr); gap: 12px; margin-bottom: 16px; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.tile { padding: 14px 16px; min-width: 0; grid-column: span 2; }
.tile .name { font-size: 13px; color: var(--soft); }
.tile .value { font-size: 24px; font-weight: 650; line-height: 1.25; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.tile .more { font-size: 12.5px; color: var(--soft); }
.tile.first { background: var(--hero); border-color: var(--hero); color: #fff; }
.tile.first .name, .tile.first .more { color: inherit; opacity: 0.88; }
section { padding: 18px 20px 20px; margin-bottom: 16px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; align-items: start; }
.pair > section { min-width: 0; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; margin-top: 10px; }
caption { text-align: left; color: var(--soft); font-size: 12.5px; padding-bottom: 4px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12px; padding: 4px 8px 4px 0; border-bottom: 1px solid var(--line); vertical-align: bottom; white-space: nowrap; }
td { padding: 6px 8px 6px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr:last-child td { border-bottom: 0; }
th.number, td.number { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
td.text { overflow-wrap: anywhere; min-width: 116px; }
td.name { width: 46%; overflow-wrap: anywhere; line-height: 1.35; }
td.name .meter { height: 5px; margin-top: 4px; border-radius: 2px; }
td.bar { width: 22%; min-width: 70px; }
tr.rest td { color: var(--soft); }
tfoot td { font-weight: 650; border-top: 1px solid var(--line); border-bottom: 0; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 7px; vertical-align: -0.5px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); margin: 8px 0 6px; padding: 0; list-style: none; }
.legend b { color: var(--ink); font-weight: 600; }
.legend .stroke { display: inline-block; width: 16px; border-top: 2px dashed var(--soft); margin-right: 7px; vertical-align: 4px; }
.legend .stroke.solid { border-top-style: solid; border-color: var(--band); }
.legend .stroke.expected { border-color: var(--band); }
.legend .stroke.cap { border-top-style: solid; border-color: var(--bad); }
figure { margin: 0; overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 640px; height: auto; }
svg text { font: 12px/1 inherit; font-family: inherit; fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .base { stroke: var(--faint); stroke-width: 1; }
svg .day:hover rect { opacity: 0.8; }
svg .open rect { opacity: 0.55; }
svg .weekend { fill: var(--track); opacity: 0.7; }
svg .before { stroke: var(--ink); opacity: 0.7; stroke-width: 1.5; stroke-dasharray: 5 4; }
svg .mark { fill: var(--ink); font-weight: 600; }
.meter { display: block; width: 100%; height: 10px; border-radius: 3px; }
.movers { display: block; width: 100%; height: 18px; }
details { margin-top: 10px; font-size: 13.5px; }
summary { cursor: pointer; color: var(--accent); font-size: 13px; }
.chip { display: inline-block; font-size: 12px; line-height: 1.5; padding: 0 8px; border-radius: 999px; background: var(--track); color: var(--soft); white-space: nowrap; }
.chip.good { background: var(--good-back); color: var(--good); }
.chip.soft { background: var(--warn-back); color: var(--warn); }
.chip.hard { background: var(--bad-back); color: var(--bad); }
.facts { list-style: none; margin: 10px 0 0; padding: 0; font-size: 13.5px; columns: 2; column-gap: 40px; }
.facts li { display: flex; gap: 10px; justify-content: space-between; border-bottom: 1px solid var(--line); padding: 6px 0; break-inside: avoid; }
.facts .name::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 9px; background: var(--faint); vertical-align: 1px; }
.facts .is-good .name::before { background: var(--good); }
.facts .is-bad .name::before { background: var(--bad); }
.facts .value { text-align: right; font-weight: 600; white-space: nowrap; }
.facts small { display: block; font-weight: 400; color: var(--soft); white-space: normal; overflow-wrap: anywhere; }
.empty { padding: 28px 20px; text-align: center; color: var(--soft); }
footer { color: var(--soft); font-size: 12.5px; padding: 4px 4px 20px; }
@media screen and (max-width: 820px) {
  main { padding: 20px 14px; }
  .pair { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .tile { grid-column: span 1; }
  .meta { text-align: left; }
  .facts { columns: 1; }
  section { padding: 16px 14px; overflow-x: auto; }
}
@page { size: A4; margin: 11mm; }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { background: #fff; font-size: 12px; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 22px; }
  h2 { font-size: 14px; break-after: avoid; }
  .headline { font-size: 13px; }
  .tile .value { font-size: 18px; }
  .tiles { gap: 8px; }
  .tile { padding: 9px 12px; }
  section { padding: 10px 13px 12px; margin-bottom: 8px; break-inside: avoid; }
  section.long { break-inside: auto; }
  .pair { gap: 10px; }
  .pair table { font-size: 10.5px; }
  .pair .spare { display: none; }
  figure svg { min-width: 0; }
  svg text { font-size: 17px; }
  h3 { font-size: 12px; margin-top: 8px; }
  h3, .long .note, .long .legend { break-after: avoid; break-inside: avoid; }
  .note, .legend, .facts, .meta, .tile .name, .tile .more { font-size: 11px; }
  .facts li { padding: 3px 0; }
  .window { font-size: 14px; }
  footer { font-size: 10.5px; padding-bottom: 0; }
  table { font-size: 11.5px; margin-top: 6px; }
  td { padding: 3.5px 8px 3.5px 0; }
  tr { break-inside: avoid; }
  details { display: none; }
}
`;
