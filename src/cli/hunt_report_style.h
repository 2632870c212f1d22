// The style sheet of the report's page. Its hash stands in the page's content security policy, so no other style counts.
#pragma once

#include <string_view>

namespace trailsift {

inline constexpr std::string_view kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --back: #fff; --text: #1b1f24; --faint: #57606a; --line: #d4d9df; --soft: #f4f6f8; --link: #0b57a4; --warn: #fff4d6;
  --critical: #a8201a; --high: #c2410c; --medium: #8a5d00; --low: #1d5fa8; --informational: #5b6673;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --back: #14171b; --text: #e4e8ec; --faint: #a0a9b4; --line: #343b44; --soft: #1d2228; --link: #79b8ff; --warn: #3d3210;
    --critical: #d33c35; --high: #d9622b; --medium: #b07d17; --low: #3b82d0; --informational: #7b8794;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 84rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.2rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
h2 small, caption, .faint { color: var(--faint); font-weight: normal; font-size: .87rem; }
p { margin: .4rem 0; }
a { color: var(--link); }
nav { margin: .8rem 0; }
nav a { margin-right: 1rem; white-space: nowrap; }
.lead { font-size: 1.1rem; }
.warning { margin: 1rem 0; padding: .6rem 1rem; background: var(--warn); border-left: 4px solid var(--medium); }
.warning ul { margin: .3rem 0; padding-left: 1.2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .6rem 0; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .7rem; margin: 1rem 0; padding: 0; list-style: none; }
.tiles li { padding: .6rem .8rem; background: var(--soft); border-top: 4px solid var(--line); }
.tiles b { display: block; font-size: 1.7rem; line-height: 1.2; }
.tiles small { display: block; color: var(--faint); }
.tiles .critical { border-color: var(--critical); }
.tiles .high { border-color: var(--high); }
.tiles .medium { border-color: var(--medium); }
.tiles .low { border-color: var(--low); }
.tiles .informational { border-color: var(--informational); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; padding-bottom: .3rem; }
th { text-align: left; color: var(--faint); font-weight: 600; white-space: nowrap; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { overflow-wrap: break-word; }
.wide { min-width: 15rem; overflow-wrap: anywhere; }
.name { min-width: 10rem; overflow-wrap: anywhere; }
.rule { max-width: 9rem; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.time, .id { white-space: nowrap; font-variant-numeric: tabular-nums; }
.level { display: inline-block; min-width: 2rem; padding: 0 .35rem; border-radius: .25rem; color: #fff; text-align: center; font-weight: 600;
  font-variant-numeric: tabular-nums; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.level.critical { background: var(--critical); }
.level.high { background: var(--high); }
.level.medium { background: var(--medium); }
.level.low { background: var(--low); }
.level.informational { background: var(--informational); }
svg { display: block; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
svg .critical { fill: var(--critical); }
svg .high { fill: var(--high); }
svg .medium { fill: var(--medium); }
svg .low { fill: var(--low); }
svg .informational { fill: var(--informational); }
.bar { width: 7rem; height: .8rem; margin-top: .25rem; }
.chart { width: 100%; height: 10rem; background: var(--soft); border-bottom: 1px solid var(--faint); }
.axis { display: flex; justify-content: space-between; color: var(--faint); font-size: .87rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .4rem 0; font-size: .87rem; }
.legend svg { display: inline-block; width: .8rem; height: .8rem; vertical-align: -.05rem; margin-right: .3rem; }
summary { cursor: pointer; }
.alert { border-bottom: 1px solid var(--line); }
.alert > summary { display: grid; grid-template-columns: 2.6rem 9.6rem minmax(0, 1fr) minmax(0, 12rem) minmax(0, 9rem); gap: 0 .8rem;
  padding: .35rem 0; font-size: .9rem; overflow-wrap: anywhere; }
.alert > summary:hover { background: var(--soft); }
.alert:target { outline: 2px solid var(--link); }
.alert > dl, .alert > pre { margin-left: 3.4rem; font-size: .87rem; }
pre { padding: .6rem .8rem; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.4 ui-monospace,
  "Liberation Mono", "DejaVu Sans Mono", monospace; }
@media (max-width: 48rem) {
  body { padding: .8rem; }
  .alert > summary { grid-template-columns: 2.6rem 1fr; }
  .alert > summary > :nth-child(n+3) { grid-column: 2; }
  .alert > dl, .alert > pre { margin-left: 0; }
}
@media print {
  @page { margin: 14mm; }
  body { padding: 0; max-width: none; font-size: 9.5pt; }
  nav { display: none; }
  h2 { break-after: avoid; }
  tr, .alert > summary, .tiles, .chart { break-inside: avoid; }
  .scroll { overflow: visible; }
  .wide { min-width: 0; width: 34%; }
  .name { min-width: 0; }
  .bar { width: 4rem; }
  a { color: inherit; text-decoration: none; }
}
)css";

}  // namespace trailsift
