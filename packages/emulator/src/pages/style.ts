/** The style of every page: no images or fonts to load, light or dark like the system. */
export const style: string = `
:root {
  color-scheme: light dark;
  --paper: #f4f5f2; --card: #ffffff; --ink: #1d2321; --soft: #55605b; --line: #c9d0cb;
  --accent: #0b6b57; --on-accent: #ffffff; --wash: #e7f1ed; --bad: #a3271c; --bad-wash: #fbecea; --good: #1d6b34;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131816; --card: #1c2320; --ink: #e8edea; --soft: #a9b5af; --line: #3b4742;
    --accent: #6fd0b6; --on-accent: #06231c; --wash: #22302b; --bad: #ff9c90; --bad-wash: #3a201d; --good: #86d69c;
  }
}
* { box-sizing: border-box }
html { font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif }
body { margin: 0; padding: 0 1rem 3rem; background: var(--paper); color: var(--ink); overflow-wrap: anywhere }
header, main { max-width: 27rem; margin-inline: auto }
.wide header, .wide main { max-width: 76rem }
header { padding: 1.5rem 0 1rem }
header p { margin: 0 }
.brand { font-weight: 650; letter-spacing: .01em; color: var(--accent) }
.brand::before { content: ''; display: inline-block; width: .7em; height: .7em; margin-right: .5em; border-radius: 50%; border: .18em solid currentColor }
.notice { font-size: .875rem; color: var(--soft); text-wrap: balance }
main { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.75rem }
.wide main { background: none; border: 0; padding: 0 }
h1 { font-size: 1.5rem; line-height: 1.25; font-weight: 650; margin: 0 0 .75rem }
h2 { font-size: 1.125rem; margin: 0 0 .75rem }
p { margin: 0 0 1rem }
main > :last-child, .card > :last-child { margin-bottom: 0 }
a { color: var(--accent) }
code, pre { font: .875em/1.45 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace }
label { display: block; font-weight: 600; margin: 0 0 .25rem }
input:not([type=checkbox], [type=hidden]), select {
  width: 100%; font: inherit; color: inherit; background: var(--card); padding: .55rem .7rem;
  border: 1px solid var(--soft); border-radius: .4rem; margin: 0 0 1rem; min-height: 2.75rem;
}
input[aria-invalid=true] { border-color: var(--bad); border-width: 2px }
.check { display: flex; gap: .5rem; align-items: baseline; font-weight: 400; margin: 0 0 1rem }
.hint { font-size: .875rem; color: var(--soft); margin: -.5rem 0 1rem }
.error { color: var(--bad); background: var(--bad-wash); border-left: .25rem solid var(--bad); border-radius: .25rem; padding: .6rem .8rem }
.error small { display: block }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.25rem 0 0 }
button {
  font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem; cursor: pointer;
  border: 1px solid var(--accent); border-radius: .4rem; background: var(--accent); color: var(--on-accent);
}
button.quiet { background: none; color: var(--accent) }
button:hover { filter: brightness(1.08) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.choices { list-style: none; padding: 0; margin: 0 0 1rem; display: grid; gap: .5rem }
.choices button { width: 100%; text-align: left; font-weight: 400; color: var(--ink); background: none; border-color: var(--line); padding: .65rem .9rem }
.choices button:hover { background: var(--wash); filter: none }
.choices strong, .choices small, .scopes small { display: block }
small { font-size: .875rem; color: var(--soft) }
.error small { color: inherit }
dl { margin: 0 0 1rem; display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dt { color: var(--soft) } dd { margin: 0 }
.account { display: inline-block; background: var(--wash); border-radius: 1rem; padding: .15rem .75rem; font-size: .9375rem }
.scopes { padding-left: 1.25rem }
.scopes li { margin: 0 0 .5rem }
section { margin: 0 0 1.5rem }
.columns { display: grid; grid-template-columns: 22rem minmax(0, 1fr); gap: 2rem; margin-top: 1rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; margin: 0 0 1rem }
.plain { list-style: none; padding: 0; margin: 0 } .plain li + li { margin-top: .9rem }
.requests { list-style: none; padding: 0; margin: 0; display: grid; gap: .75rem }
.request { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem }
.request .line { margin: 0 0 .25rem } .request .line span, .request .line small { display: inline-block } .request .error { margin: .5rem 0 }
.requests:has(li) + .empty { display: none }
.good { color: var(--good) } .bad { color: var(--bad) }
time { color: var(--soft); font-variant-numeric: tabular-nums }
summary { cursor: pointer; color: var(--accent); width: max-content; max-width: 100% }
details[open] > summary { margin-bottom: .5rem }
details.card { padding: .8rem 1.25rem; margin: 0 0 .5rem } details.card[open] { padding-bottom: 1.25rem }
summary h2 { display: inline; font-size: 1rem; margin: 0 } details.card[open] > summary { margin-bottom: 1rem }
.skip { margin: 0 0 .75rem } .columns > :first-child dl { margin: 0; gap: .4rem 1rem } .columns > :first-child .plain li + li { margin-top: .4rem }
.columns > :first-child section .plain li + li { margin-top: .9rem }
.filter { display: grid; grid-template-columns: minmax(8rem, 1fr) repeat(2, minmax(7rem, 12rem)); gap: 0 1rem; align-items: end }
.filter .actions { margin: 0 0 1rem; grid-column: -2 } .filter .actions[hidden] { display: none }
.bar { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; align-items: center; margin: 0 0 .75rem }
.bar p, .bar .check { margin: 0 }
.bar button, button.small { min-height: 2.25rem; padding: .25rem .9rem; font-size: .9375rem }
pre + button.small { margin: -.5rem 0 1rem }
#notice:empty { display: none }
table { border-collapse: collapse; width: 100%; margin: 0 0 .75rem; font-size: .9375rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line) }
thead th { color: var(--soft); font-weight: 400 }
pre { background: var(--wash); border-radius: .4rem; padding: .75rem; overflow-x: auto; max-height: 24rem; margin: 0 0 1rem; white-space: pre-wrap }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (min-width: 56.01rem) { .skip:not(:focus-within) { position: absolute; clip-path: inset(50%) } }
@media (max-width: 56rem) { .columns { grid-template-columns: minmax(0, 1fr) } }
@media (max-width: 30rem) {
  body { padding: 0 .75rem 2rem }
  main { padding: 1.25rem }
  .actions button { flex: 1 1 100% }
  dl { grid-template-columns: 1fr } dt { margin-top: .25rem }
  .wide main { padding: 0 }
  .filter { grid-template-columns: minmax(0, 1fr) }
  thead { display: none } tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line) }
  th, td { display: block; border: 0; padding: .1rem 0 } td::before { content: attr(data-column) ': '; color: var(--soft) }
}
@media (forced-colors: active) { button { border-color: ButtonText } }
`
