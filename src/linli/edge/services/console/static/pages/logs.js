import { call, clock, empty, fill, h, icon, t } from '../dom.js'

const OWN = ['runtime', 'files', 'interconnect', 'apps']
const KEPT = 500

export function logs({ body, status, query }) {
  const state = { driver: query.get('driver') || OWN[0], device: query.get('device') || '', level: '' }
  let lines = []
  let paused = false
  const names = [...OWN, ...status.box.drivers.map((one) => one.id)]
  const select = h('select.search', { 'aria-label': t('logs.of') }, names.map((one) => h('option', { value: one }, OWN.includes(one) ? t(`logs.own.${one}`) : status.box.drivers.find((each) => each.id === one).protocol)))
  select.value = state.driver
  select.onchange = () => { state.driver = select.value; state.device = ''; fresh() }
  const chips = h('div.chips')
  const list = h('section.card')
  fill(body, h('div.head', h('h1', t('page.logs')), h('span.grow'), chips, select), list)

  function fresh() { lines = []; load() }
  async function load() {
    const after = lines.length ? lines[lines.length - 1].at_ms : 0
    try {
      const found = await call(`logs?${new URLSearchParams({ ...state, after })}`)
      lines = [...lines, ...found.lines].slice(-KEPT)
      show()
    } catch (error) { fill(list, h('div.note.bad', error.message)) }
  }
  function show() {
    fill(chips, ...['', 'warning', 'error'].map((one) => h('button', { 'aria-pressed': String(state.level === one), onclick: () => { state.level = one; fresh() } }, t(`logs.${one || 'all'}`))),
      h('button', { 'aria-pressed': String(paused), onclick: () => { paused = !paused; show() } }, t(paused ? 'logs.go_on' : 'logs.pause')))
    fill(list, state.device ? h('div.row', h('span.soft', t('logs.of_device')), h('span.mono', state.device), h('button.plain', { onclick: () => { state.device = ''; fresh() } }, t('logs.whole_driver'))) : null,
      lines.length ? h('div.lines', [...lines].reverse().map((one) => h('div', h('time', clock(one.at_ms)), h('span', h(`span.${one.level}`, one.text), Object.keys(one.facts).length ? h('span.faint', ` ${Object.entries(one.facts).map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : value}`).join(' ')}`) : null))))
        : empty('logs', t('logs.none'), h('p.faint', t('logs.none_why'))))
  }
  fresh()
  return { look: () => { if (!paused) load() } }
}
